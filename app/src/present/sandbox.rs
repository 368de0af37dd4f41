//! The sandbox as people see it.

use super::{reading, when};
use crate::forms;
use crate::model::{AttributeField, PersonaRow, Preview, RequestView, SandboxState, TokenResult};
use perch_domain::{claims, lifetime};
use perch_service::{ActorContext, AttributeView, KeyId, Perch, Refusal, ViewerForm};

/// What can be embedded, and the permissions each needs.
pub const PRESETS: [(&str, &str, &[&str]); 3] = [
    (
        "dashboard",
        "A dashboard",
        &["dashboard.can_view", "chart.can_view"],
    ),
    (
        "assistant",
        "The AI assistant",
        &["dashboard.can_view", "chart.can_view", "ai.can_query"],
    ),
    (
        "self-service",
        "The self-service editor",
        &[
            "dashboard.can_view",
            "dashboard.can_edit",
            "chart.can_view",
            "chart.can_edit",
            "ai.can_query",
        ],
    ),
];

/// The permissions for what will be embedded.
pub fn preset(embed: &str) -> &'static [&'static str] {
    PRESETS
        .iter()
        .find(|(name, _, _)| *name == embed)
        .map_or(&[], |(_, _, permissions)| permissions)
}

/// `model.permission` in two.
pub fn split(permissions: &[String]) -> Vec<(String, String)> {
    permissions
        .iter()
        .filter_map(|both| both.split_once('.'))
        .map(|(model, name)| (model.to_owned(), name.to_owned()))
        .collect()
}

/// The sandbox as it opens: everything filled in that can be.
pub async fn sandbox(perch: &Perch, acting: &ActorContext) -> Result<SandboxState, Refusal> {
    let now = perch.system.now().div_euclid(1_000);
    let keys: Vec<_> = perch
        .sandbox
        .sandbox_keys(acting)
        .await?
        .into_iter()
        .map(|key| {
            (
                key.id.to_string(),
                key.owner.map_or(key.name.clone(), |owner| {
                    format!("{} (by {owner})", key.name)
                }),
            )
        })
        .collect();
    let attributes = perch.settings.attributes(acting).await?;
    let (embed, _, permissions) = PRESETS[0];
    let viewer = ViewerForm {
        embed: embed.to_owned(),
        distinct_id: "sandbox-viewer".to_owned(),
        role: "explorer".to_owned(),
        attributes: attributes
            .iter()
            .filter(|view| view.declaration.required)
            .map(|view| (view.declaration.name.clone(), view.example.clone()))
            .collect(),
        permissions: split(
            &permissions
                .iter()
                .map(|granted| (*granted).to_owned())
                .collect::<Vec<_>>(),
        ),
        lifetime: "1h".to_owned(),
        context_clues: String::new(),
    };
    let chosen = keys.first().map(|(id, _)| id.clone()).unwrap_or_default();
    let prepared = acting.only_shared_personas();
    let persona = |view: perch_service::PersonaView| PersonaRow {
        id: view.id.to_string(),
        name: view.name,
        shared: view.shared,
        owner: view.owner.unwrap_or_default(),
        may_edit: view.may_edit,
        changed: format!("{} by {}", when(view.changed_at, now), view.changed_by),
    };
    let personas: Vec<_> = perch
        .sandbox
        .personas(acting)
        .await?
        .into_iter()
        .map(persona)
        .collect();
    let state = SandboxState {
        request: request(perch, acting, &viewer, chosen.parse().ok().map(KeyId)).await?,
        chosen,
        keys,
        persona: personas
            .iter()
            .find(|persona| prepared && persona.shared)
            .map(|persona| persona.id.clone())
            .unwrap_or_default(),
        personas,
        attributes: attributes.into_iter().map(field).collect(),
        may_share: acting.can(perch_domain::Action::SharePersona),
        prepared,
        ..SandboxState::default()
    };
    Ok(forms::sandbox::filled(state, &viewer))
}

fn field(view: AttributeView) -> AttributeField {
    AttributeField {
        name: view.declaration.name,
        kind: view.declaration.kind.as_str().to_owned(),
        list: view.declaration.list,
        required: view.declaration.required,
        description: view.description,
        value: String::new(),
    }
}

/// What a backend would send, and what it would be told.
pub async fn request(
    perch: &Perch,
    acting: &ActorContext,
    viewer: &ViewerForm,
    key: Option<KeyId>,
) -> Result<RequestView, Refusal> {
    let preview = perch.sandbox.preview_request(acting, viewer, key).await?;
    let faults =
        preview
            .refused
            .map_or_else(Vec::new, |refusal| match refusal.violations.as_slice() {
                [] => vec![refusal.message.into_owned()],
                violations => violations
                    .iter()
                    .map(|violation| violation.message.clone())
                    .collect(),
            });
    Ok(RequestView {
        body: preview.body,
        faults,
    })
}

/// A sandbox token with what it says, read back through the gate. `None` where it no longer opens.
pub async fn token_result(
    perch: &Perch,
    acting: &ActorContext,
    token: String,
) -> Result<Option<TokenResult>, Refusal> {
    let read = perch.tokens.inspect_token(acting, &token, "").await?;
    let now = perch.system.now();
    let seconds_left = read
        .token
        .as_ref()
        .map_or(0, |view| view.expires_at - now.div_euclid(1_000));
    let Some(token_id) = read.token.as_ref().map(|view| view.token_id.to_string()) else {
        return Ok(None);
    };
    Ok(Some(TokenResult {
        size: format!(
            "{} of at most {} bytes",
            token.len(),
            claims::MAX_TOKEN_BYTES
        ),
        token_id,
        expires_in: lifetime::print(u32::try_from(seconds_left).unwrap_or(0)),
        seconds_left,
        // A token that was just made passed every check; what it says is what matters here.
        reading: crate::model::Reading {
            ladder: Vec::new(),
            ..reading(read, acting, now)
        },
        preview: preview(perch, &token),
        token,
    }))
}

/// Where the token can be seen at work: in a frame on the preview's own host, else in a page to take along.
fn preview(perch: &Perch, token: &str) -> Preview {
    if let Some(origin) = perch.tokens.preview() {
        return Preview::Frame(origin.to_string());
    }
    let server = perch.public_url();
    let page = format!(
        "<!doctype html>\n<!-- Put this on a site that is listed as Development; opened as a file, a page has no origin that could be listed. -->\n\
         <meta charset=\"utf-8\">\n<title>Perch test page</title>\n<script type=\"module\" src=\"{server}/embed/embed.js\"></script>\n\
         <tc-dashboard auth-token=\"{token}\" server-url=\"{server}\"></tc-dashboard>\n"
    );
    let page: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
    Preview::Page(format!(
        "data:text/html;charset=utf-8,{}",
        page.replace('+', "%20")
    ))
}
