/** HTTP: requests, replies, sessions, limits, files of the page. Knows nothing of photos, accounts or faces, and uses no other room. */
package tagging.web;
