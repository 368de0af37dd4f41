//! Reads what the sandbox shows from the service.

use super::embed_kind::EmbedKind;
use super::fields;
use super::state::{
    AttributeField, KeyChoice, PersonaLine, RequestState, SandboxState, SandboxToken, TokenPreview,
};
use crate::sections::fields::value;
use crate::sections::introspection::reports;
use crate::sections::introspection::token_report::TokenReport;
use crate::sections::reader::Reader;
use crate::sections::words::when;
use crate::wire::Fields;
use perch_domain::{Action, claims, lifetime};
use perch_service::{
    AttributeView, KeyId, Perch, PersonaView, Refusal, SandboxKeyView, ViewerForm,
};

/// The section as it opens, filled in as far as possible.
pub async fn stored(reader: &mut Reader) -> Result<SandboxState, Refusal> {
    let attributes = reader.attributes().await?;
    let embed = EmbedKind::default();
    let viewer = ViewerForm {
        embed: embed.as_str().to_owned(),
        distinct_id: "sandbox-viewer".to_owned(),
        role: "explorer".to_owned(),
        attributes: attributes
            .iter()
            .filter(|view| view.declaration.required)
            .map(|view| (view.declaration.name.clone(), view.example.clone()))
            .collect(),
        permissions: fields::permissions(embed.permissions().iter().copied()),
        lifetime: "1h".to_owned(),
        context_clues: String::new(),
    };
    let mut state = blank(reader).await?;
    let key = state.keys.first().map(|key| key.id);
    state.chosen = key.map(|id| id.to_string()).unwrap_or_default();
    if state.only_shared_personas {
        let shared = state.personas.iter().find(|persona| persona.shared);
        state.persona = shared
            .map(|persona| persona.id.to_string())
            .unwrap_or_default();
    }
    state.request = request(reader, &viewer, key).await?;
    Ok(fields::filled(state, &viewer))
}

/// The section with the typed values. A token that was just made stays on the page.
pub async fn typed(reader: &mut Reader, fields: &Fields) -> Result<SandboxState, Refusal> {
    let mut state = fields::typed(fields, blank(reader).await?);
    state.request = typed_request(reader, fields).await?;
    let made = value(fields, "sandbox-token").trim();
    if !made.is_empty() {
        state.token = token(reader, made.to_owned()).await?;
    }
    Ok(state)
}

/// The section without any values.
async fn blank(reader: &mut Reader) -> Result<SandboxState, Refusal> {
    let now = reader.now_seconds();
    let keys = reader.keys().await?;
    let personas = reader.personas().await?;
    let attributes = reader.attributes().await?;
    let acting = &reader.acting;
    let choices = reader.perch.sandbox.sandbox_keys(acting, &keys);
    Ok(SandboxState {
        keys: choices.into_iter().map(key_choice).collect(),
        personas: personas
            .iter()
            .map(|view| persona_line(view, now))
            .collect(),
        attributes: attributes.iter().map(attribute_field).collect(),
        may_share: acting.can(Action::SharePersona),
        may_have_keys: acting.can(Action::CreateKey),
        only_shared_personas: acting.only_shared_personas(),
        ..SandboxState::default()
    })
}

fn key_choice(key: SandboxKeyView) -> KeyChoice {
    KeyChoice {
        id: key.id,
        name: match key.owner {
            Some(owner) => format!("{} (by {owner})", key.name),
            None => key.name,
        },
    }
}

fn persona_line(view: &PersonaView, now: i64) -> PersonaLine {
    PersonaLine {
        id: view.id,
        name: view.name.clone(),
        shared: view.shared,
        owner: view.owner.clone().unwrap_or_default(),
        may_edit: view.may_edit,
        changed: format!("{} by {}", when(view.changed_at, now), view.changed_by),
    }
}

fn attribute_field(view: &AttributeView) -> AttributeField {
    AttributeField {
        name: view.declaration.name.clone(),
        kind: view.declaration.kind,
        list: view.declaration.list,
        required: view.declaration.required,
        description: view.description.clone(),
        value: String::new(),
    }
}

/// The request for the typed values.
pub async fn typed_request(reader: &mut Reader, fields: &Fields) -> Result<RequestState, Refusal> {
    request(reader, &fields::viewer(fields), fields::chosen(fields)).await
}

/// The request that a backend would send for a viewer, and why it would be refused.
pub async fn request(
    reader: &mut Reader,
    viewer: &ViewerForm,
    key: Option<KeyId>,
) -> Result<RequestState, Refusal> {
    reader.refresh().await?;
    let sandbox = &reader.perch.sandbox;
    let preview = sandbox.preview_request(&reader.acting, viewer, key)?;
    let violations =
        preview
            .refused
            .map_or_else(Vec::new, |refusal| match refusal.violations.as_slice() {
                [] => vec![refusal.message.into_owned()],
                violations => violations
                    .iter()
                    .map(|violation| violation.message.clone())
                    .collect(),
            });
    Ok(RequestState {
        body: preview.body,
        violations,
    })
}

/// A sandbox token with its report; `None` if the token can no longer be read.
pub async fn token(reader: &Reader, token: String) -> Result<Option<SandboxToken>, Refusal> {
    let Reader { perch, acting, .. } = reader;
    let now = reader.now_seconds();
    let found = perch.tokens.inspect_token(acting, &token, "").await?;
    let Some(view) = found.token.as_ref() else {
        return Ok(None);
    };
    let seconds_left = view.expires_at - now;
    Ok(Some(SandboxToken {
        size: format!(
            "{} of at most {} bytes",
            token.len(),
            claims::MAX_TOKEN_BYTES
        ),
        token_id: view.token_id.to_string(),
        expires_in: lifetime::print(u32::try_from(seconds_left).unwrap_or(0)),
        seconds_left,
        // The token has just passed every check, so the report shows the claims only.
        report: TokenReport {
            checks: Vec::new(),
            ..reports::of_token(found, acting, now)
        },
        preview: preview(perch, &token),
        token,
    }))
}

fn preview(perch: &Perch, token: &str) -> TokenPreview {
    if let Some(origin) = perch.tokens.preview() {
        return TokenPreview::Frame(origin.to_string());
    }
    let server = perch.public_url();
    let page = format!(
        "<!doctype html>\n<!-- Put this on a site that is listed as Development; opened as a file, a page has no origin that could be listed. -->\n\
         <meta charset=\"utf-8\">\n<title>Perch test page</title>\n<script type=\"module\" src=\"{server}/embed/embed.js\"></script>\n\
         <tc-dashboard auth-token=\"{token}\" server-url=\"{server}\"></tc-dashboard>\n"
    );
    let page: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
    TokenPreview::TestPage(format!(
        "data:text/html;charset=utf-8,{}",
        page.replace('+', "%20")
    ))
}
