//! JSON inside the raw strings of programming languages.

/// JSON that can stand in a raw string of any language. A character that could end the string is written as a JSON escape, which
/// means the same. Java's text blocks read escapes themselves.
pub fn json_for_raw_string(body: &str, java: bool) -> String {
    let safe = body
        .replace('\'', "\\u0027")
        .replace('`', "\\u0060")
        .replace('#', "\\u0023")
        .replace('$', "\\u0024");
    if java {
        safe.replace('\\', "\\\\")
    } else {
        safe
    }
}
