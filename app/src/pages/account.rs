//! Account settings: API keys and sign-ins.

use super::shell::Frame;
use crate::sections::words::when;
use leptos::prelude::*;
use perch_service::{KeyState, KeyView};

/// What the page shows. Times are Unix seconds.
#[derive(Clone, Debug)]
pub struct AccountPage {
    pub keys: Vec<KeyView>,
    pub may_create: bool,
    pub sees_all: bool,
    /// May revoke the tokens of the whole organization.
    pub ends_all: bool,
    pub now: i64,
    /// What was just done to keys or their tokens.
    pub keys_done: Option<String>,
    /// What was just done to sign-ins.
    pub sign_ins_done: Option<String>,
}

pub fn account(frame: &Frame, page: AccountPage) -> AnyView {
    let user = frame.user.clone();
    let notice = |done: Option<String>| {
        done.map(|done| view! { <p class="notice success" role="status">{done}</p> })
    };
    let (keys_done, sign_ins_done) = (notice(page.keys_done), notice(page.sign_ins_done));
    let create = page
        .may_create
        .then(|| view! { <a class="button primary" href="/account/keys/new">"Create API Key"</a> });
    let content = view! {
        <header class="page-header"><h1>"Account settings"</h1></header>
        <div class="sections wide">
            <section class="card" id="api-keys" aria-labelledby="api-keys-title">
                <div class="card-head">
                    <h2 id="api-keys-title">"API Keys"</h2>
                    {create}
                </div>
                <p>"A key lets your backend make tokens for viewers. Keep it on the server: a key in a web page lets anyone make tokens."</p>
                {keys_done}
                {keys(page.keys, page.sees_all, page.may_create, page.now)}
                {page.ends_all.then(|| view! { <p class="meta">"In an emergency: "<a href="/account/end-tokens">"end every token of the organization"</a>"."</p> })}
            </section>
            <section class="card" id="profile" aria-labelledby="profile-title">
                <h2 id="profile-title">"Profile"</h2>
                <dl>
                    <div><dt>"Name"</dt><dd><bdi>{user.name}</bdi></dd></div>
                    <div><dt>"Email"</dt><dd><bdi>{user.email}</bdi></dd></div>
                    <div><dt>"Organization"</dt><dd><bdi>{user.organization}</bdi></dd></div>
                    <div><dt>"Console role"</dt><dd>{user.role}</dd></div>
                </dl>
            </section>
            <section class="card" id="devices" aria-labelledby="devices-title">
                <h2 id="devices-title">"Sign-ins"</h2>
                {sign_ins_done}
                <p>"A new password ends your sign-ins on other devices; you stay signed in here."</p>
                <div class="actions"><a class="button" href="/account/password">"Change password"</a></div>
                <p>"Ends every sign-in of yours on every device, this one included."</p>
                <form method="post" action="/account/sign-out-everywhere" class="actions"><button type="submit" class="button">"Sign out everywhere"</button></form>
            </section>
        </div>
    };
    frame.around(content.into_any())
}

fn keys(keys: Vec<KeyView>, sees_all: bool, may_create: bool, now: i64) -> AnyView {
    if keys.is_empty() {
        let text = if may_create {
            "No keys yet. Create one, put it into your backend's secret store, and call /embed/generate-token with it."
        } else {
            "Your console role has no API keys of its own. Ask a colleague with the console role Maker or Admin for one."
        };
        return view! { <p class="meta empty">{text}</p> }.into_any();
    }
    let owner_head = sees_all.then(|| view! { <th scope="col">"Owner"</th> });
    let rows = keys
        .into_iter()
        .map(|key| row(key, sees_all, now))
        .collect_view();
    view! {
        <div class="table-frame" role="region" tabindex="0" aria-label="List of API keys">
            <table class="stacking">
                <thead><tr><th scope="col">"Name"</th><th scope="col">"Prefix"</th>{owner_head}<th scope="col">"Created"</th><th scope="col">"Last used"</th><th scope="col">"Expires"</th><th scope="col">"Tokens"</th><th scope="col">"State"</th><td></td></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(key: KeyView, sees_all: bool, now: i64) -> AnyView {
    let owner = sees_all.then(|| view! { <td data-label="Owner"><bdi>{if key.mine { "You".to_owned() } else { key.owner.clone() }}</bdi></td> });
    let class = match key.state {
        KeyState::Active => "state success",
        KeyState::Expired => "state caution",
        KeyState::Revoked => "state danger",
    };
    let exposed = key
        .exposed
        .then(|| view! { <span class="state danger">"Exposed in a browser"</span> });
    let shared = (key.sandbox_shared && key.state == KeyState::Active)
        .then(|| view! { <span class="state">"Open for the sandbox"</span> });
    let revoke = (key.state != KeyState::Revoked).then(|| {
        view! { <a class="button small" href=format!("/account/keys/{}/revoke", key.id)>"Revoke"<span class="visually-hidden">" "{key.name.clone()}</span></a> }
    });
    let end = (key.state == KeyState::Active && key.minted > 0).then(|| {
        view! { <a class="button small" href=format!("/account/keys/{}/end-tokens", key.id)>"End tokens"<span class="visually-hidden">" of "{key.name.clone()}</span></a> }
    });
    let open = (key.state == KeyState::Active).then(|| {
        let (value, verb) = if key.sandbox_shared { ("no", "Close for the sandbox") } else { ("yes", "Open for the sandbox") };
        view! {
            <form method="post" action=format!("/account/keys/{}/sandbox", key.id)>
                <button type="submit" class="button small" name="open" value=value>{verb}<span class="visually-hidden">" "{key.name.clone()}</span></button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row" data-label="Name"><bdi>{key.name.clone()}</bdi></th>
            <td data-label="Prefix"><code>{key.prefix}</code></td>
            {owner}
            <td data-label="Created">{when(key.created_at, now)}</td>
            <td data-label="Last used">{key.last_used_at.map_or_else(|| "Never".to_owned(), |at| when(at, now))}</td>
            <td data-label="Expires">{key.expires_at.map_or_else(|| "Never".to_owned(), |at| when(at, now))}</td>
            <td data-label="Tokens">{key.minted}</td>
            <td data-label="State"><div class="row-action"><span class=class>{key.state.as_str()}</span>{exposed}{shared}</div></td>
            <td><div class="row-action">{open}{end}{revoke}</div></td>
        </tr>
    }
    .into_any()
}
