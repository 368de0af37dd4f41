//! The one registry of error codes. The HTTP answers, `/docs/errors`, the `OpenAPI` text and the console's messages are
//! all generated from it; a code that is not here cannot be answered.

/// Declares an enum of codes together with everything that is said about each.
macro_rules! registry {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal $status:literal $message:literal, $cause:literal, $fix:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The stable text that callers compare, in upper snake case.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),+ } }
            /// The HTTP status it is answered with; 0 where it only exists in the browser.
            pub const fn status(self) -> u16 { match self { $(Self::$variant => $status),+ } }
            /// One sentence a person can act on.
            pub const fn message(self) -> &'static str { match self { $(Self::$variant => $message),+ } }
            /// What usually leads to it.
            pub const fn cause(self) -> &'static str { match self { $(Self::$variant => $cause),+ } }
            /// What to do about it.
            pub const fn fix(self) -> &'static str { match self { $(Self::$variant => $fix),+ } }
            /// The code with this text.
            pub fn parse(text: &str) -> Option<Self> { Self::ALL.iter().copied().find(|code| code.as_str() == text) }
        }
    };
}

registry! {
    /// Why a request as a whole was refused.
    Code {
        BodyNotJson "BODY_NOT_JSON" 400 "The body is not valid JSON.",
            "The body is empty, cut short, or not JSON in UTF-8.", "Send one JSON object, for example with JSON.stringify or json.dumps.";
        ApiKeyMissing "API_KEY_MISSING" 401 "No API key was sent.",
            "Neither the x-api-key header nor Authorization: Bearer was present.", "Send the key in the x-api-key header from your backend.";
        ApiKeyMalformed "API_KEY_MALFORMED" 401 "This is not a complete API key.",
            "A character is missing, added or mistyped, or two different keys were sent.", "Copy the whole key again; it begins with perch_sk_ and its last six characters are a checksum.";
        ApiKeyUnknown "API_KEY_UNKNOWN" 401 "This API key is not known here.",
            "The key was made by another installation, or was deleted.", "Check the address you call, or create a key under Account settings > API Keys.";
        ApiKeyExpired "API_KEY_EXPIRED" 401 "This API key has expired.",
            "The expiry chosen when the key was created has passed.", "Create a new key under Account settings > API Keys and replace this one.";
        ApiKeyRevoked "API_KEY_REVOKED" 401 "This API key was revoked.",
            "Its owner or an admin revoked it.", "Create a new key under Account settings > API Keys and replace this one.";
        SignInRequired "SIGN_IN_REQUIRED" 401 "Sign in to do this.",
            "The sign-in has ended or there was none.", "Sign in and repeat the action.";
        SignInFailed "SIGN_IN_FAILED" 401 "Email and password do not match.",
            "The email is unknown here or the password is another one.", "Check both; an operator can print a sign-in link with perch setup-link --email.";
        TokenMissing "TOKEN_MISSING" 401 "No token was sent.",
            "The Authorization header is absent or not a bearer token; or a component was given no token, or its fetchToken failed.", "Send Authorization: Bearer followed by a token from /embed/generate-token; in a page, see why fetchToken or auth-token brought none.";
        TokenMalformed "TOKEN_MALFORMED" 401 "This is not a complete token.",
            "Part of the token is missing, or something was added to it.", "Copy the whole token again, without quotes or line breaks.";
        TokenUnknownKey "TOKEN_UNKNOWN_KEY" 401 "This token was not issued by a key of this installation.",
            "It comes from another installation, or its key was deleted.", "Generate the token with a key of this installation.";
        TokenInvalid "TOKEN_INVALID" 401 "This token was not sealed by the key it names.",
            "It was changed after it was issued, or put together from several tokens.", "Generate a new token.";
        TokenNotYetValid "TOKEN_NOT_YET_VALID" 401 "This token is not valid yet.",
            "The clocks of the servers that issued and checked it differ by more than 30 seconds.", "Synchronize the servers' clocks.";
        TokenExpired "TOKEN_EXPIRED" 401 "This token has expired.",
            "Its lifetime has passed, to the second; one hour unless the caller asked otherwise.", "Have your backend generate a new token before the old one ends.";
        TokenRevoked "TOKEN_REVOKED" 401 "This token was revoked.",
            "The token, its viewer or its API key was revoked.", "Generate a new token with a key that is active.";
        SetupLinkInvalid "SETUP_LINK_INVALID" 403 "This setup link has ended.",
            "It was used, it expired, or a newer one was printed.", "Run perch setup-link on the server to print a new one.";
        ApiKeyInBrowser "API_KEY_IN_BROWSER" 403 "An API key must never be used from a browser; this one is now marked as exposed.",
            "The call carried Origin or Sec-Fetch-Site, which only browsers send.", "Call from your backend, revoke this key and replace it: anyone who opened the page could read it.";
        ApiKeyScopeMissing "API_KEY_SCOPE_MISSING" 403 "This API key may not do that.",
            "The key was created without the scope this call needs.", "Use a key with that scope, or create one.";
        KeyCeilingExceeded "KEY_CEILING_EXCEEDED" 403 "This API key has issued as many tokens as is safe.",
            "A key seals at most 2^32 tokens, because more random nonces could repeat.", "Create a new key under Account settings > API Keys and replace this one.";
        OriginMissing "ORIGIN_MISSING" 403 "The request does not say which site it comes from.",
            "No Origin header was sent on a route for browsers.", "Use the component, or the headless API from a backend.";
        OriginNotAuthorized "ORIGIN_NOT_AUTHORIZED" 403 "This site is not among the authorized origins.",
            "The page's origin is not listed under Settings > Embed & access.", "Ask an admin to add the origin.";
        SandboxTokenOnProductionOrigin "SANDBOX_TOKEN_ON_PRODUCTION_ORIGIN" 403 "Sandbox tokens do not work on production origins.",
            "The token came from the sandbox and the origin is marked Production.", "Have your backend generate the token, or test on a Development origin.";
        RoleNotAllowed "ROLE_NOT_ALLOWED" 403 "Your console role does not allow this.",
            "The action needs another console role, or belongs to somebody else.", "Ask an admin of your organization.";
        CrossSite "CROSS_SITE_REQUEST" 403 "This request came from another site.",
            "A page of another origin submitted a form of the console.", "Open the console itself and repeat the action there.";
        NotFound "NOT_FOUND" 404 "There is nothing at this address.",
            "The address is mistyped, or what it named is gone.", "Check the address; /openapi.json lists every route.";
        MethodNotAllowed "METHOD_NOT_ALLOWED" 405 "This address does not answer to that method.",
            "The request used GET where POST is needed, or the reverse.", "Use the method named in the Allow header.";
        RequestTimeout "REQUEST_TIMEOUT" 408 "The body did not arrive in time.",
            "The connection is very slow, or the sender stopped before the length it announced.", "Send the request again; check the Content-Length header and the network between.";
        Conflict "CONFLICT" 409 "Someone else changed this meanwhile.",
            "Two people edited the same entry.", "Compare with the current state, which is shown, and save again.";
        BodyTooLarge "BODY_TOO_LARGE" 413 "The body is too large.",
            "The body is over 16 KiB.", "Send only the attributes that access rules need.";
        ContentTypeNotJson "CONTENT_TYPE_NOT_JSON" 415 "The body must be sent as JSON.",
            "The Content-Type header is missing or not application/json; introspection takes a form.", "Send Content-Type: application/json, to /embed/introspect application/x-www-form-urlencoded.";
        HostNotServed "HOST_NOT_SERVED" 421 "This server does not answer to that host name.",
            "The Host header is neither the public URL's nor an allowed one.", "Set PERCH_PUBLIC_URL or PERCH_ALLOWED_HOSTS to the name people use.";
        RequestInvalid "REQUEST_INVALID" 422 "Some fields need another value.",
            "One or more fields are missing, misspelt or of another type.", "Correct every field listed under violations.";
        TooManyRequests "TOO_MANY_REQUESTS" 429 "Too many attempts; wait before trying again.",
            "Repeated failed attempts, or more requests, open connections or revocations than a limit allows; the message says which.", "Wait for the number of seconds in Retry-After.";
        Internal "INTERNAL" 500 "Something failed on the server.",
            "A fault of the server; it is in its log under this request id.", "Give the request id to whoever runs this server.";
        Unavailable "UNAVAILABLE" 503 "The server cannot do this right now.",
            "The database cannot be reached or cannot be written.", "Try again after the number of seconds in Retry-After.";
        PermissionMissing "PERMISSION_MISSING" 0 "The token does not grant what this component needs.",
            "A component needs a permission that the backend did not ask for when it generated the token.",
            "Have the backend ask for the permission that the message names.";
        TokenNotRenewed "TOKEN_NOT_RENEWED" 0 "The page handed over the same token again.",
            "fetchToken returned a cached token instead of a new one, or could not bring one.", "Call your backend each time fetchToken runs, without caching.";
        ServerUnreachable "SERVER_UNREACHABLE" 0 "The server cannot be reached.",
            "The network is down, or the address in server-url is another one.", "Check the network, the server-url attribute, and connect-src in the page's Content-Security-Policy.";
    }
}

registry! {
    /// Why one field of a request was refused; always inside `REQUEST_INVALID` or a form.
    ViolationCode {
        Required "REQUIRED" 422 "This field is required.", "The field is absent or null.", "Send a value.";
        WrongType "WRONG_TYPE" 422 "This field has another type.", "For example a number where text is needed.", "Send the type the message names.";
        TooLong "TOO_LONG" 422 "This is too long.", "The text is over its limit.", "Shorten it.";
        TooMany "TOO_MANY" 422 "There are too many entries.", "The list or object is over its limit.", "Send fewer.";
        UnknownField "UNKNOWN_FIELD" 422 "There is no such field.", "The name is misspelt or in the wrong place.", "Use the name the message suggests or leave it out.";
        UnknownRole "UNKNOWN_ROLE" 422 "There is no such viewer role.", "The role is not explorer.", "Send explorer.";
        UnknownPermission "UNKNOWN_PERMISSION" 422 "There is no such permission.", "The model or the permission is misspelt.", "Use one the message names.";
        AttributeUnknown "ATTRIBUTE_UNKNOWN" 422 "This attribute is not declared.", "The name is misspelt or not yet declared.", "Declare it under Settings > Embed & access, or correct the name.";
        AttributeMissing "ATTRIBUTE_MISSING" 422 "This required attribute is missing.", "The attribute is declared as required.", "Send it.";
        AttributeWrongType "ATTRIBUTE_WRONG_TYPE" 422 "This attribute has another type.", "The value does not have the declared type.", "Send the declared type.";
        LifetimeOutOfBounds "LIFETIME_OUT_OF_BOUNDS" 422 "This lifetime is not allowed.", "It is under 60 seconds or over the maximum.", "Ask for a lifetime within the bounds the message names.";
        InvalidValue "INVALID_VALUE" 422 "This value cannot be used.", "It holds control characters, or cannot be read.", "Send a value of the form the message names.";
        DuplicateField "DUPLICATE_FIELD" 422 "This field is given twice.", "The same name appears more than once.", "Send it once.";
        TokenTooLarge "TOKEN_TOO_LARGE" 422 "The token would be too large.", "The attributes together make a token over 6 KiB.", "Send fewer or shorter attributes.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_read_back() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            assert!(
                code.message().ends_with('.'),
                "{} needs a sentence",
                code.as_str()
            );
        }
        for code in ViolationCode::ALL {
            assert_eq!(ViolationCode::parse(code.as_str()), Some(*code));
        }
    }
}
