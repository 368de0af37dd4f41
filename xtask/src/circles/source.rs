//! What one source file says about other files: its imports, its paths, its types and its inherent `impl` blocks. Read from tokens
//! without a parser; items under `#[cfg(test)]` do not count.

use std::collections::BTreeSet;

/// `crate::a::B` as `["crate", "a", "B"]`.
pub type Path = Vec<String>;

/// One name that a `use` brings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub path: Path,
    /// The name in this file; `*` for a glob.
    pub name: String,
    pub is_public: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Source {
    pub imports: Vec<Import>,
    /// Paths of at least two segments outside `use`.
    pub paths: BTreeSet<Path>,
    /// Types, functions, constants and macros that the file defines.
    pub defined: BTreeSet<String>,
    /// The types of its inherent `impl` blocks.
    pub impls: Vec<Path>,
}

impl Source {
    pub fn read(text: &str) -> Self {
        let tokens = without_tests(tokens(text));
        let mut source = Self::default();
        let mut reader = Reader {
            tokens: &tokens,
            at: 0,
        };
        // What stands inside braces, such as a method, is not a name of the module.
        let mut depth = 0_usize;
        while let Some(token) = reader.peek(0) {
            match token {
                "{" => {
                    depth += 1;
                    reader.at += 1;
                }
                "}" => {
                    depth = depth.saturating_sub(1);
                    reader.at += 1;
                }
                "use" if reader.is_item() => source.read_use(&mut reader),
                "impl" if reader.is_item() => source.read_impl(&mut reader),
                "struct" | "enum" | "union" | "trait" | "fn" | "type" | "const" | "static" => {
                    let name = reader.peek(1).filter(|_| depth == 0);
                    source.defined.extend(name.map(str::to_owned));
                    reader.at += 1;
                }
                "macro_rules" => {
                    source.defined.extend(reader.peek(2).map(str::to_owned));
                    reader.at += 1;
                }
                _ if is_name(token) => {
                    let path = reader.path();
                    if path.len() > 1 {
                        source.paths.insert(path);
                    }
                }
                _ => reader.at += 1,
            }
        }
        source
    }

    fn read_use(&mut self, reader: &mut Reader<'_>) {
        let is_public = reader.is_public();
        reader.at += 1;
        if reader.peek(0) == Some("::") {
            // From another crate.
            reader.at += 1;
        }
        self.read_tree(reader, &Vec::new(), is_public);
    }

    fn read_tree(&mut self, reader: &mut Reader<'_>, prefix: &Path, is_public: bool) {
        let mut path = prefix.clone();
        while let Some(token) = reader.peek(0) {
            reader.at += 1;
            match token {
                "{" => {
                    while reader.peek(0).is_some_and(|token| token != "}") {
                        self.read_tree(reader, &path, is_public);
                        if reader.peek(0) == Some(",") {
                            reader.at += 1;
                        }
                    }
                    reader.at += 1;
                    return;
                }
                "::" => continue,
                "self" if !path.is_empty() => {}
                name => path.push(name.to_owned()),
            }
            if reader.peek(0) != Some("::") {
                break;
            }
        }
        let renamed = (reader.peek(0) == Some("as")).then(|| reader.peek(1).unwrap_or_default());
        if renamed.is_some() {
            reader.at += 2;
        }
        let name = renamed.map_or_else(|| path.last().cloned().unwrap_or_default(), str::to_owned);
        if name == "*" {
            path.pop();
        }
        self.imports.push(Import {
            path,
            name,
            is_public,
        });
    }

    fn read_impl(&mut self, reader: &mut Reader<'_>) {
        reader.at += 1;
        reader.skip_angles();
        let begun = reader.at;
        let path = reader.path();
        let is_trait = std::iter::from_fn(|| {
            let token = reader
                .peek(0)
                .filter(|token| !matches!(*token, "{" | "where"))?;
            if token == "<" {
                reader.skip_angles();
            } else {
                reader.at += 1;
            }
            Some(token)
        })
        .any(|token| token == "for");
        if !is_trait && !path.is_empty() {
            self.impls.push(path);
        }
        // Its paths count as those of any other item.
        reader.at = begun;
    }
}

struct Reader<'a> {
    tokens: &'a [String],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> Option<&'a str> {
        self.tokens.get(self.at + ahead).map(String::as_str)
    }

    fn before(&self, back: usize) -> Option<&'a str> {
        let at = self.at.checked_sub(back)?;
        self.tokens.get(at).map(String::as_str)
    }

    /// Whether a keyword begins an item: `impl` also stands in types.
    fn is_item(&self) -> bool {
        self.before(1)
            .is_none_or(|token| matches!(token, ";" | "{" | "}" | "]" | "unsafe"))
            || self.is_public()
    }

    /// Whether `pub` or `pub(…)` stands before.
    fn is_public(&self) -> bool {
        self.before(1) == Some("pub")
            || (self.before(1) == Some(")")
                && (2..8).any(|back| {
                    self.before(back) == Some("(") && self.before(back + 1) == Some("pub")
                }))
    }

    /// The path that begins here, or at least one token further.
    fn path(&mut self) -> Path {
        let mut path = Vec::new();
        while let Some(name) = self.peek(0).filter(|token| is_name(token)) {
            path.push(name.to_owned());
            self.at += 1;
            if self.peek(0) != Some("::") {
                return path;
            }
            self.at += 1;
        }
        path
    }

    /// Generic arguments or parameters, if they begin here.
    fn skip_angles(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.peek(0) {
            match token {
                "<" => depth += 1,
                ">" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && token != ">" {
                return;
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// Names, `::`, `->`, and single characters; no comments, texts or lifetimes.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = literal(rest) {
            length
        } else if first.is_alphanumeric() || first == '_' {
            let length = rest
                .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .unwrap_or(rest.len());
            tokens.push(rest.get(..length).unwrap_or_default().to_owned());
            length
        } else {
            let length =
                if rest.starts_with("::") || rest.starts_with("->") || rest.starts_with("=>") {
                    2
                } else {
                    first.len_utf8()
                };
            if !first.is_whitespace() {
                tokens.push(rest.get(..length).unwrap_or_default().to_owned());
            }
            length
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    tokens
}

/// The length of the text, character or lifetime that begins here.
fn literal(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        rest.strip_prefix(prefix)
            .is_some_and(|after| after.trim_start_matches('#').starts_with('"'))
    });
    if let Some(prefix) = prefix {
        let after = rest.get(prefix.len()..)?;
        let hashes = after.find('"')?;
        if prefix.contains('r') {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = after.get(hashes + 1..)?;
            return Some(prefix.len() + hashes + 1 + body.find(&end)? + end.len());
        }
        if hashes == 0 {
            return Some(prefix.len() + 1 + closing(after.get(1..)?, '"')?);
        }
        return None;
    }
    let after = rest.strip_prefix('\'')?;
    let letter = after.chars().next()?;
    let is_character = letter == '\\' || after.get(letter.len_utf8()..)?.starts_with('\'');
    if is_character {
        return Some(1 + closing(after, '\'')?);
    }
    let name = after.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    Some(1 + name.unwrap_or(after.len()))
}

/// The length up to and with the closing quote.
fn closing(body: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, letter) in body.char_indices() {
        if letter == quote && !is_escaped {
            return Some(at + 1);
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    None
}

/// Leaves out each item under `#[cfg(test)]`.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::with_capacity(tokens.len());
    let mut rest = tokens.as_slice();
    while let Some((first, after)) = rest.split_first() {
        if rest.len() > MARK.len() && rest.iter().zip(MARK).all(|(token, mark)| token == mark) {
            let item = rest.get(MARK.len()..).unwrap_or_default();
            rest = item.get(item_length(item)..).unwrap_or_default();
        } else {
            kept.push(first.clone());
            rest = after;
        }
    }
    kept
}

/// Up to and with the `;` or the closing brace of an item.
fn item_length(tokens: &[String]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && token == "}" {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}
