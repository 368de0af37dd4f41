//! The snippets of `app/snippets`. The build script colours them; the server fills them in.

use crate::json_for_raw_string::json_for_raw_string;

include!(concat!(env!("OUT_DIR"), "/snippets.rs"));

/// A snippet that is offered.
#[derive(Clone, Copy, Debug)]
pub struct Snippet {
    pub file: &'static str,
    pub title: &'static str,
    /// The tests run it against a server. The tools of one language cannot be installed where the tests run.
    pub tested: bool,
}

const fn snippet(file: &'static str, title: &'static str, tested: bool) -> Snippet {
    Snippet {
        file,
        title,
        tested,
    }
}

/// For the page, with a fixed token, to see something at once.
pub const TRYING: [Snippet; 4] = [
    snippet("html.html", "HTML", true),
    snippet("react.jsx", "React", true),
    snippet("vue.vue", "Vue", true),
    snippet("angular.ts", "Angular", true),
];

/// For the page, with tokens from its backend.
pub const PRODUCTION: [Snippet; 4] = [
    snippet("html-production.html", "HTML", true),
    snippet("react-production.jsx", "React", true),
    snippet("vue-production.vue", "Vue", true),
    snippet("angular-production.ts", "Angular", true),
];

/// For the backend.
pub const BACKEND: [Snippet; 8] = [
    snippet("curl.sh", "curl", true),
    snippet("node.mjs", "Node", true),
    snippet("python.py", "Python", true),
    snippet("go.go", "Go", true),
    snippet("rust.rs", "Rust", true),
    snippet("php.php", "PHP", true),
    snippet("java.java", "Java", true),
    snippet("csharp.cs", "C#", false),
];

/// The values for the placeholders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filling {
    pub server: String,
    /// Empty before a token was made.
    pub token: String,
    /// The component, such as `tc-dashboard`.
    pub tag: &'static str,
    /// The request body, as JSON.
    pub body: String,
    /// Version and hash of the newest released component script.
    pub pinned: Option<(String, String)>,
}

impl Filling {
    /// The script element that loads exactly one version.
    pub fn pinned_script(&self) -> Option<String> {
        let (version, hash) = self.pinned.as_ref()?;
        Some(format!(
            "<script type=\"module\" src=\"{}/embed/{version}/embed.js\" integrity=\"{hash}\" crossorigin=\"anonymous\"></script>",
            self.server
        ))
    }
}

impl Snippet {
    /// The coloured text with all values. The browser later replaces the elements that have `data-fill`.
    pub fn html(&self, filling: &Filling) -> String {
        let coloured = COLOURED
            .iter()
            .find(|(file, _)| *file == self.file)
            .map_or("", |(_, html)| html);
        let token = if filling.token.is_empty() {
            "Auth-Token"
        } else {
            &filling.token
        };
        let java = self.file.starts_with("java");
        let fill =
            |what: &str, text: &str| format!("<span data-fill=\"{what}\">{}</span>", escaped(text));
        // The body comes last, so that nothing in it is taken for a placeholder.
        coloured
            .replace("https://perch.example.com", &escaped(&filling.server))
            .replace("tc-dashboard", &fill("tag", filling.tag))
            .replace("Auth-Token", &fill("token", token))
            .replace(
                "PERCH_REQUEST_BODY",
                &fill(
                    if java { "body-java" } else { "body" },
                    &json_for_raw_string(&filling.body, java),
                ),
            )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_snippet_is_there_and_filled() {
        let filling = Filling {
            server: "https://x.test".into(),
            token: "a.b".into(),
            tag: "tc-ai-assistant",
            body: "{\"a\": \"</script>\"}".into(),
            pinned: None,
        };
        for snippet in TRYING.iter().chain(&PRODUCTION).chain(&BACKEND) {
            let html = snippet.html(&filling);
            assert!(
                html.contains("https://x.test/embed/"),
                "{}: {html}",
                snippet.file
            );
            for placeholder in [
                "perch.example.com",
                "PERCH_REQUEST_BODY",
                "Auth-Token",
                "</script>\"",
            ] {
                assert!(!html.contains(placeholder), "{}: {html}", snippet.file);
            }
        }
        assert_eq!(
            COLOURED.len(),
            TRYING.len() + PRODUCTION.len() + BACKEND.len(),
            "a file is not offered"
        );
    }

    #[test]
    fn a_body_means_the_same_in_every_language() {
        let body = serde_json::json!({ "a": "it's `${x}` \"#1\" \\n" });
        let text = json_for_raw_string(&body.to_string(), false);
        assert!(!text.contains(['\'', '`', '#', '$']));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            body
        );
        assert_eq!(
            json_for_raw_string("{\"a\":\"\\\"'\"}", true),
            "{\"a\":\"\\\\\"\\\\u0027\"}"
        );
    }
}
