// Written from the registry of codes (crates/domain); a test there keeps it true. Do not edit.

/** What a visitor reads, and whether trying again can help. @type {[string, boolean][]} */
export const SAID = [
  ["This view has ended. Reload the page or sign in again.", true],
  ["This content cannot be shown. Tell whoever runs this site.", false],
  ["This content is not available on this site.", false],
  ["You have no access to this content.", false],
  ["This content cannot be reached right now.", true],
];

/** Which of them is said about a code; the second about every other. @type {Record<string, number>} */
export const ABOUT = {
  TOKEN_NOT_YET_VALID: 0,
  TOKEN_EXPIRED: 0,
  TOKEN_REVOKED: 0,
  ORIGIN_MISSING: 2,
  ORIGIN_NOT_AUTHORIZED: 2,
  SANDBOX_TOKEN_ON_PRODUCTION_ORIGIN: 2,
  TOO_MANY_REQUESTS: 4,
  INTERNAL: 4,
  UNAVAILABLE: 4,
  PERMISSION_MISSING: 3,
  TOKEN_NOT_RENEWED: 0,
  SERVER_UNREACHABLE: 4,
};

/** What a developer reads about the codes that are decided here: what is wrong, and what to do.
 * @type {Record<string, [string, string]>} */
export const DECIDED = {
  TOKEN_MISSING: ["No token was sent.", "Send Authorization: Bearer followed by a token from /embed/generate-token; in a page, see why fetchToken or auth-token brought none."],
  TOKEN_EXPIRED: ["This token has expired.", "Have your backend generate a new token before the old one ends."],
  TOKEN_NOT_RENEWED: ["The page handed over the same token again.", "Call your backend each time fetchToken runs, without caching."],
  SERVER_UNREACHABLE: ["The server cannot be reached.", "Check the network, the server-url attribute, and connect-src in the page's Content-Security-Policy."],
  ORIGIN_NOT_AUTHORIZED: ["This site is not among the authorized origins.", "Ask an admin to add the origin."],
};
