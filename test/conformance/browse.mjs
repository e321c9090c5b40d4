/** A browser without eyes: follows the redirects of the URL that is its last argument and reads the page at their end. */
const response = await fetch(process.argv.at(-1));
await response.text();
