// Generated from the registry of codes by a test in crates/domain. Do not edit.

/** Which sentence a visitor reads. */
export const enum VisitorMessage {
  Ended,
  NotShown,
  NotHere,
  NoAccess,
  Unreachable,
}

/** The sentence of each, and whether trying again can help. */
export const VISITOR_MESSAGES: [string, boolean][] = [
  ["This view has ended. Reload the page or sign in again.", true],
  ["This content cannot be shown. Tell whoever runs this site.", false],
  ["This content is not available on this site.", false],
  ["You have no access to this content.", false],
  ["This content cannot be reached right now.", true],
];

/** The visitor's message for a code; `NotShown` for every other code. */
export const VISITOR_MESSAGE_OF: Record<string, VisitorMessage> = {
  TOKEN_NOT_YET_VALID: VisitorMessage.Ended,
  TOKEN_EXPIRED: VisitorMessage.Ended,
  TOKEN_REVOKED: VisitorMessage.Ended,
  ORIGIN_MISSING: VisitorMessage.NotHere,
  ORIGIN_NOT_AUTHORIZED: VisitorMessage.NotHere,
  SANDBOX_TOKEN_ON_PRODUCTION_ORIGIN: VisitorMessage.NotHere,
  TOO_MANY_REQUESTS: VisitorMessage.Unreachable,
  INTERNAL: VisitorMessage.Unreachable,
  UNAVAILABLE: VisitorMessage.Unreachable,
  PERMISSION_MISSING: VisitorMessage.NoAccess,
  TOKEN_NOT_RENEWED: VisitorMessage.Ended,
  SERVER_UNREACHABLE: VisitorMessage.Unreachable,
};

/** The texts for developers of the codes that the script decides itself: what is wrong, and the fix. */
export const DEVELOPER_TEXTS: Record<string, [string, string]> = {
  TOKEN_MISSING: [
    "No token was sent.",
    "Send Authorization: Bearer followed by a token from /embed/generate-token; in a page, see why fetchToken or auth-token brought none.",
  ],
  TOKEN_EXPIRED: [
    "This token has expired.",
    "Have your backend generate a new token before the old one ends.",
  ],
  TOKEN_NOT_RENEWED: [
    "The page handed over the same token again.",
    "Call your backend each time fetchToken runs, without caching.",
  ],
  SERVER_UNREACHABLE: [
    "The server cannot be reached.",
    "Check the network, the server-url attribute, and connect-src in the page's Content-Security-Policy.",
  ],
  ORIGIN_NOT_AUTHORIZED: [
    "This site is not among the authorized origins.",
    "Ask an admin to add the origin.",
  ],
};
