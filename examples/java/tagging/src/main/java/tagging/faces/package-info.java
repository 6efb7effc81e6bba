/** What facecore does for the page: reading photos, profiles, suggestions, stars. Uses the album, knows nothing of HTTP but {@code Failure}. */
package tagging.faces;
