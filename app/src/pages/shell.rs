//! The document around every page, and the frame of the console inside the document.

use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;

/// The colours that a person chose; without a choice, those of the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(text: &str) -> Self {
        [Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.as_str() == text)
            .unwrap_or_default()
    }

    /// The theme that the button offers.
    const fn next(self) -> (Self, &'static str) {
        match self {
            Self::System => (Self::Light, "Light theme"),
            Self::Light => (Self::Dark, "Dark theme"),
            Self::Dark => (Self::System, "System theme"),
        }
    }
}

/// What the document needs besides its body.
#[derive(Clone, Debug)]
pub struct Head {
    pub title: String,
    /// The page was rendered after a failed submission.
    pub failed: bool,
    pub theme: Theme,
    /// Name of the browser files, with their hash.
    pub bundle: String,
    pub stylesheet: String,
}

/// The person who is signed in.
#[derive(Clone, Debug)]
pub struct SignedInUser {
    pub name: String,
    pub email: String,
    pub initials: String,
    pub role: &'static str,
    pub organization: String,
}

/// The frame of the console around a page.
#[derive(Clone, Debug)]
pub struct Frame {
    pub user: SignedInUser,
    pub theme: Theme,
    /// The address of the page, to return to.
    pub path: &'static str,
    pub area: &'static str,
}

/// The whole document.
pub fn document(head: Head, body: AnyView) -> AnyView {
    let title = if head.failed {
        format!("Error: {} · Perch", head.title)
    } else {
        format!("{} · Perch", head.title)
    };
    let options = LeptosOptions::builder()
        .output_name(head.bundle)
        .site_pkg_dir("pkg")
        .build();
    let theme = (head.theme != Theme::System).then(|| head.theme.as_str());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{title}</title>
                <link rel="stylesheet" href=format!("/pkg/{}", head.stylesheet) />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {scripts(options)}
            </head>
            <body>
                {icons()}
                {body}
            </body>
        </html>
    }
    .into_any()
}

/// The scripts that start the islands. Leptos writes the page's nonce into `crossorigin` of preloaded files, where a style could
/// read the nonce. Browsers treat such a value as `anonymous`, so `anonymous` replaces it.
fn scripts(options: LeptosOptions) -> InertElement {
    let html = view! { <HydrationScripts options=options islands=true /> }.to_html();
    let nonce = use_nonce()
        .map(|nonce| format!("crossorigin=\"{nonce}\""))
        .unwrap_or_default();
    InertElement::new(if nonce.is_empty() {
        html
    } else {
        html.replace(&nonce, "crossorigin=\"anonymous\"")
    })
}

/// A page without the frame of the console: setup, sign-in, documentation.
pub fn plain(content: AnyView) -> AnyView {
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <header class="plain-header"><a class="brand" href="/">{icon("perch")}<span>"Perch"</span></a></header>
        <main id="main" class="plain" tabindex="-1">{content}</main>
    }
    .into_any()
}

impl Frame {
    /// The frame of the console with a page in it.
    pub fn around(&self, content: AnyView) -> AnyView {
        let (next, offer) = self.theme.next();
        let user = self.user.clone();
        let profile = format!("Profile of {}", user.name);
        let current = |area: &str| (self.area == area).then_some("page");
        view! {
            <a class="skip" href="#main">"Skip to content"</a>
            <div class="console">
                <header class="rail">
                    <a class="brand" href="/settings/embed">{icon("perch")}<span>"Perch"</span></a>
                    <nav aria-label="Areas">
                        <ul><li><a href="/settings/embed" aria-current=current("settings")>{icon("settings")}<span>"Settings"</span></a></li></ul>
                    </nav>
                    <details class="profile">
                        <summary aria-label=profile><span class="avatar" aria-hidden="true">{user.initials}</span><span class="who"><bdi>{user.name}</bdi></span></summary>
                        <div class="menu">
                            <p><strong><bdi>{user.organization}</bdi></strong><br /><span class="meta"><bdi>{user.email}</bdi>", console role "{user.role}</span></p>
                            <a href="/account" aria-current=current("account")>{icon("account")}<span>"Account settings"</span></a>
                            <form method="post" action="/theme">
                                <input type="hidden" name="theme" value=next.as_str() />
                                <input type="hidden" name="return" value=self.path />
                                <button type="submit">{icon("theme")}<span>{offer}</span></button>
                            </form>
                            <form method="post" action="/sign-out"><button type="submit">{icon("sign-out")}<span>"Sign out"</span></button></form>
                        </div>
                    </details>
                </header>
                <main id="main" tabindex="-1">{content}</main>
            </div>
        }
        .into_any()
    }
}

/// An icon beside a word. The word says it, so the icon is hidden from screen readers.
pub(super) fn icon(name: &'static str) -> AnyView {
    view! { <svg class="icon" aria-hidden="true" focusable="false"><use href=format!("#icon-{name}")></use></svg> }.into_any()
}

/// All icons, once in every document. The shapes come from Lucide (ISC licence).
fn icons() -> AnyView {
    const SPRITE: &str = include_str!("../../../public/icons.svg");
    view! { <div hidden inner_html=SPRITE></div> }.into_any()
}
