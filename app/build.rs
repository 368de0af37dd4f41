//! Colours the snippets once, while building: the binary carries HTML and no grammars.
//!
//! Every file in `snippets/` is a working program with placeholders that are texts of its language; here they must survive
//! in one piece, because the server puts the real values in their place.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=snippets");
    println!("cargo:rerun-if-changed=build.rs");
    // The browser's half shows what the server rendered.
    #[cfg(feature = "ssr")]
    colour::write()?;
    Ok(())
}

#[cfg(feature = "ssr")]
mod colour {
    use std::fmt::Write as _;
    use std::path::Path;
    use std::{env, fs};
    use syntect::easy::ScopeRegionIterator;
    use syntect::parsing::{ParseState, ScopeStack};
    use syntect::util::LinesWithEndings;

    const PLACEHOLDERS: [&str; 4] = [
        "Auth-Token",
        "https://perch.example.com",
        "PERCH_REQUEST_BODY",
        "tc-dashboard",
    ];

    /// What a stylesheet tells apart, by the beginning of a scope; the innermost scope that is listed counts.
    const CLASSES: [(&str, &str); 9] = [
        ("comment", "c"),
        ("string", "s"),
        ("constant", "n"),
        ("entity.name.tag", "t"),
        ("entity.other.attribute-name", "a"),
        ("entity.name.function", "f"),
        ("variable.function", "f"),
        ("storage", "k"),
        ("keyword", "k"),
    ];

    /// Writes `snippets.rs`: the name and the coloured text of every file.
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo tells a build script in the environment where to write"
    )]
    pub fn write() -> Result<(), Box<dyn std::error::Error>> {
        let mut code = String::from("pub(super) const COLOURED: &[(&str, &str)] = &[\n");
        for folder in ["snippets/frontend", "snippets/backend"] {
            let mut files: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
            files.sort_by_key(fs::DirEntry::file_name);
            for file in files {
                let name = file.file_name().to_string_lossy().into_owned();
                writeln!(
                    code,
                    "    ({name:?}, {:?}),",
                    html(&fs::read_to_string(file.path())?, &name)?
                )?;
            }
        }
        code.push_str("];\n");
        fs::write(Path::new(&env::var("OUT_DIR")?).join("snippets.rs"), code)?;
        Ok(())
    }

    fn html(source: &str, name: &str) -> Result<String, Box<dyn std::error::Error>> {
        let syntaxes = two_face::syntax::extra_newlines();
        let ending = match name.rsplit('.').next().unwrap_or_default() {
            // The grammar for types reads the language without them too.
            "jsx" => "tsx",
            "mjs" => "js",
            ending => ending,
        };
        let syntax = syntaxes
            .find_syntax_by_extension(ending)
            .ok_or_else(|| format!("no grammar for {name}"))?;
        let (mut state, mut stack) = (ParseState::new(syntax), ScopeStack::new());
        let mut runs: Vec<(&str, String)> = Vec::new();
        for line in LinesWithEndings::from(source) {
            let operations = state.parse_line(line, &syntaxes)?;
            for (text, operation) in ScopeRegionIterator::new(&operations, line) {
                stack.apply(operation)?;
                let class = class_of(&stack);
                match runs.last_mut() {
                    Some((last, run)) if *last == class => run.push_str(text),
                    _ => runs.push((class, text.to_owned())),
                }
            }
        }
        let escaped = |text: &str| {
            text.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
        };
        let html: String = runs
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(class, text)| {
                if class.is_empty() {
                    escaped(text)
                } else {
                    format!("<span class=\"{class}\">{}</span>", escaped(text))
                }
            })
            .collect();
        for placeholder in PLACEHOLDERS {
            if source.matches(placeholder).count() != html.matches(placeholder).count() {
                return Err(format!("{name}: {placeholder} is torn apart by its grammar").into());
            }
        }
        Ok(html.trim_end().to_owned())
    }

    fn class_of(stack: &ScopeStack) -> &'static str {
        let named = stack
            .as_slice()
            .iter()
            .rev()
            .map(|scope| scope.build_string());
        let mut found = named.filter_map(|scope| {
            CLASSES
                .iter()
                .find(|(beginning, _)| scope.starts_with(beginning))
                .map(|(_, class)| *class)
        });
        found.next().unwrap_or_default()
    }
}
