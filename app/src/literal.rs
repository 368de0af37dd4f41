//! JSON inside the raw texts of programming languages.

/// JSON that can stand in a raw text of any of them: what could end one is written as an escape, which in JSON means the
/// same, because it can only stand inside a string. Java's text blocks read escapes themselves.
pub fn literal(body: &str, java: bool) -> String {
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
