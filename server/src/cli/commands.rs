//! Every command but `serve`. None creates a data folder.

use super::arguments::{AttributeCommand, Command, KeyCommand, OriginCommand};
use super::operator::{operator, organization, request_id};
use super::outcome::{Outcome, Said, told};
use super::people;
use crate::config::Config;
use crate::data_dir;
use crate::http::openapi_document;
use crate::run::open;
use perch_domain::access::Scopes;
use perch_service::{ActorContext, AttributeEdit, NewKeyForm, OrganizationChoice, Perch};
use serde_json::json;

pub(super) async fn run(
    config: &Config,
    command: Command,
    org: Option<String>,
    json: bool,
) -> Outcome {
    if matches!(command, Command::Openapi) {
        let document = openapi_document();
        return Ok(Said {
            line: serde_json::to_string_pretty(&document)?,
            value: document,
        });
    }
    let perch = open(config, false).await?;
    let done = act(config, &perch, command, OrganizationChoice(org), json).await;
    perch.store().close().await;
    done
}

async fn act(
    config: &Config,
    perch: &Perch,
    command: Command,
    org: OrganizationChoice,
    json: bool,
) -> Outcome {
    match command {
        Command::Serve | Command::Openapi => Ok(Said {
            line: String::new(),
            value: json!({}),
        }),
        Command::SetupLink { email } => setup_link(config, perch, email).await,
        Command::Admin { command } => people::act(perch, &org, command).await,
        Command::Key {
            command: KeyCommand::Create { name, owner },
        } => {
            let organization = organization(perch, &org).await?;
            let person = perch
                .people
                .person_for_command(organization, owner.as_deref())
                .await
                .map_err(told)?;
            let acting = ActorContext {
                person: Some(person.id),
                ..operator(perch, organization)
            };
            let form = NewKeyForm {
                form_id: None,
                name,
                expires_on: String::new(),
                scopes: Scopes::ALL,
                sandbox_shared: false,
            };
            let created = perch
                .api_keys
                .create_key(&acting, &form)
                .await
                .map_err(told)?;
            let secret = created.text.expose();
            Ok(Said {
                line: format!(
                    "The key {} belongs to {}. This is the only time it is shown:\n{secret}",
                    created.name, person.email
                ),
                value: json!({ "id": created.id, "name": created.name, "owner": person.email, "key": secret }),
            })
        }
        Command::Origin {
            command: OriginCommand::Add { url },
        } => {
            let acting = operator(perch, organization(perch, &org).await?);
            perch
                .settings
                .add_origin(&acting, url.clone())
                .await
                .map_err(told)?;
            Ok(Said {
                line: format!("{url} is authorized, as Development."),
                value: json!({ "origin": url, "environment": "development" }),
            })
        }
        Command::Attribute {
            command:
                AttributeCommand::Add {
                    name,
                    kind,
                    list,
                    required,
                },
        } => {
            let acting = operator(perch, organization(perch, &org).await?);
            let edit = AttributeEdit {
                name: name.clone(),
                kind: kind.clone(),
                list,
                required,
                ..AttributeEdit::default()
            };
            perch
                .settings
                .save_attributes(&acting, &[edit])
                .await
                .map_err(told)?;
            Ok(Said {
                line: format!("{name} is declared."),
                value: json!({ "name": name, "type": kind, "list": list, "required": required }),
            })
        }
        Command::Doctor => doctor(config, perch, json).await,
    }
}

async fn setup_link(config: &Config, perch: &Perch, email: Option<String>) -> Outcome {
    // The public address of a server that is not this process: what is set, or what would be by default.
    let public_url = config
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{}", config.addr));
    let link = if let Some(email) = email {
        let secret = perch
            .people
            .open_sign_in_link(&email, request_id(perch))
            .await
            .map_err(told)?;
        format!("{public_url}/sign-in/link/{}", secret.0.as_str())
    } else {
        let secret = perch.people.open_setup_link().await.map_err(told)?.ok_or(
            "an admin exists already; use --email to print a sign-in link for somebody locked out",
        )?;
        format!("{public_url}/setup/{}", secret.0.as_str())
    };
    Ok(Said {
        line: link.clone(),
        value: json!({ "link": link }),
    })
}

async fn doctor(config: &Config, perch: &Perch, json: bool) -> Outcome {
    let mut findings = perch.doctor.findings().await.map_err(told)?;
    findings.push(data_dir::finding(&config.data_dir));
    let lines: Vec<_> = findings
        .iter()
        .map(|finding| {
            format!(
                "{} {}: {}",
                if finding.good { "ok  " } else { "BAD " },
                finding.subject,
                finding.detail
            )
        })
        .collect();
    let value = json!(
        findings.iter().map(|finding| json!({ "good": finding.good, "subject": finding.subject, "detail": finding.detail })).collect::<Vec<_>>()
    );
    if findings.iter().all(|finding| finding.good) {
        Ok(Said {
            line: lines.join("\n"),
            value,
        })
    } else {
        println!(
            "{}",
            if json {
                value.to_string()
            } else {
                lines.join("\n")
            }
        );
        Err("something needs attention".into())
    }
}
