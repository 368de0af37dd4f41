//! From the service's values to what people see: times as texts, ids as texts, sentences put together.

use crate::model::{AttributeField, AttributeRow, NewKey, OriginRow, Reading, SandboxState, TokenClaims, TokenResult};
use perch_domain::permission::Permissions;
use perch_domain::{lifetime, time};
use perch_service::{Acting, AttributeView, CreatedKey, Minted, OriginView, Perch, Reading as Read, Refusal};

/// `3 minutes ago, 20 Nov 2026, 10:02 UTC`; times in Unix seconds.
pub fn when(at: i64, now: i64) -> String {
    format!("{}, {}", time::relative(at, now), time::readable(at))
}

/// What the line after saving says.
pub fn saved(perch: &Perch, changed: usize) -> String {
    let at = time::readable(perch.now().div_euclid(1_000));
    match changed {
        0 => "Nothing had changed.".to_owned(),
        1 => format!("Saved 1 change, {at}."),
        several => format!("Saved {several} changes, {at}."),
    }
}

pub async fn origin_rows(perch: &Perch, acting: &Acting) -> Result<Vec<OriginRow>, Refusal> {
    let now = perch.now().div_euclid(1_000);
    let row = |view: OriginView| OriginRow {
        id: view.id.to_string(),
        version: view.version.to_string(),
        origin: view.origin,
        label: view.label,
        environment: view.environment.as_str().to_owned(),
        removed: false,
        changed: format!("{} by {}", when(view.changed_at, now), view.changed_by),
    };
    Ok(perch.origins(acting).await?.into_iter().map(row).collect())
}

pub async fn attribute_rows(perch: &Perch, acting: &Acting) -> Result<Vec<AttributeRow>, Refusal> {
    let now = perch.now().div_euclid(1_000);
    let row = |view: AttributeView| AttributeRow {
        id: view.id.to_string(),
        version: view.version.to_string(),
        name: view.declaration.name,
        kind: view.declaration.kind.as_str().to_owned(),
        list: view.declaration.list,
        required: view.declaration.required,
        description: view.description,
        example: view.example,
        removed: false,
        changed: format!("{} by {}", when(view.changed_at, now), view.changed_by),
    };
    Ok(perch.attributes(acting).await?.into_iter().map(row).collect())
}

/// The sandbox as it opens: everything filled in that can be.
pub async fn sandbox(perch: &Perch, acting: &Acting) -> Result<SandboxState, Refusal> {
    let keys: Vec<_> = perch
        .sandbox_keys(acting)
        .await?
        .into_iter()
        .map(|key| (key.id.to_string(), key.owner.map_or(key.name.clone(), |owner| format!("{} (by {owner})", key.name))))
        .collect();
    let field = |view: AttributeView| AttributeField {
        value: if view.declaration.required { view.example } else { String::new() },
        name: view.declaration.name,
        kind: view.declaration.kind.as_str().to_owned(),
        list: view.declaration.list,
        required: view.declaration.required,
        description: view.description,
    };
    let default = Permissions::WHEN_MISSING;
    let permissions =
        perch_domain::permission::MODELS.iter().flat_map(|model| default.names(model).iter().map(move |name| format!("{model}.{name}"))).collect();
    Ok(SandboxState {
        chosen: keys.first().map(|(id, _)| id.clone()).unwrap_or_default(),
        keys,
        distinct_id: "sandbox-viewer".to_owned(),
        role: "explorer".to_owned(),
        attributes: perch.attributes(acting).await?.into_iter().map(field).collect(),
        context_clues: String::new(),
        permissions,
        lifetime: "1h".to_owned(),
        problem: None,
    })
}

/// A sandbox token with what it says, read back through the gate.
pub async fn token_result(perch: &Perch, acting: &Acting, minted: Minted) -> Result<TokenResult, Refusal> {
    let read = perch.read_token(acting, &minted.token).await?;
    Ok(TokenResult {
        size: format!("{} bytes of at most {}", minted.token.len(), perch_domain::claims::LONGEST_TOKEN),
        token_id: minted.token_id.to_string(),
        expires_in: lifetime::print(minted.lifetime),
        reading: reading(read, perch.now()),
        token: minted.token,
    })
}

/// `now` in Unix milliseconds.
pub fn reading(read: Read, now: i64) -> Reading {
    let now = now.div_euclid(1_000);
    let claims = read.token.map(|token| {
        let mut user = vec![("distinctId".to_owned(), token.subject), ("role".to_owned(), token.role.to_owned())];
        user.extend(token.context_clues.map(|clues| ("aiContextClues".to_owned(), clues)));
        user.push(("Made in".to_owned(), if token.sandbox { "the sandbox".to_owned() } else { "a backend".to_owned() }));
        TokenClaims {
            user,
            attributes: token.attributes,
            permissions: token.permissions.into_iter().map(|(model, names)| (model.to_owned(), names.join(", "))).collect(),
            expiration: vec![
                ("Expires".to_owned(), when(token.expires_at, now)),
                ("Issued".to_owned(), when(token.issued_at, now)),
                ("Token id".to_owned(), token.token_id.to_string()),
                ("API key".to_owned(), token.key),
            ],
        }
    });
    Reading {
        valid: read.refused.is_none(),
        verdict: read.verdict,
        code: read.refused.map(|code| code.as_str().to_owned()).unwrap_or_default(),
        fix: read.fix.unwrap_or_default(),
        claims,
    }
}

/// What was pasted, to stand beside what it says; an API key is not shown again.
pub fn shown_again(pasted: &str) -> &str {
    if pasted.contains(perch_domain::api_key::PREFIX) { "" } else { pasted }
}

pub fn new_key(created: &CreatedKey) -> NewKey {
    NewKey { name: created.name.clone(), secret: created.text.expose().to_owned() }
}
