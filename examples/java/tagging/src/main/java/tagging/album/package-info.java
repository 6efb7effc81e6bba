/** What is remembered beside the vectors: people, photos, whose face is whose. Files in one folder; uses no other room. */
package tagging.album;
