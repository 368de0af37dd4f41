//! Ending a person's access, giving it back, another role, a new password: what `perch admin` does to people who are there.

use crate::actor_context::audit_entry;
use crate::people::People;
use crate::{ActorContext, error::Error};
use perch_domain::refusal::Violations;
use perch_domain::{Action, Code, ConsoleRole, api_key, text};
use perch_store::{Change, PersonRow};
use serde_json::json;
use zeroize::Zeroizing;

/// A person after their access was changed.
#[derive(Clone, Debug)]
pub struct PersonAccess {
    pub email: String,
    pub name: String,
    pub role: ConsoleRole,
    pub active: bool,
    /// The keys that the change leaves in the hands of somebody who may have no keys any more, and those that were revoked with it.
    pub keys: Vec<LeftKey>,
}

/// A key of somebody whose access was changed.
#[derive(Clone, Debug)]
pub struct LeftKey {
    pub name: String,
    pub prefix: String,
    pub revoked: bool,
}

impl People {
    /// Keeps a person out: their sign-ins, sign-in links, known devices and sandbox tokens end and do not come back. Their keys
    /// are named, and revoked where that is asked for.
    ///
    /// # Errors
    /// `NOT_FOUND`; `CONFLICT` for the last active admin.
    pub async fn deactivate_person(
        &self,
        acting: &ActorContext,
        email: &str,
        revoke_keys: bool,
    ) -> Result<PersonAccess, Error> {
        acting.may(Action::DeactivatePerson)?;
        let cut_off = self.tokens.cut_off_of_all(acting.organization).await?;
        let mut change = self.store.change().await?;
        let person = find(&mut change, acting, email).await?;
        keep_an_admin(&mut change, acting, &person).await?;
        change
            .deactivate_person(acting.organization, person.id, self.system.now(), cut_off)
            .await?;
        change.end_sign_ins(acting.organization, person.id).await?;
        let keys = self
            .left_keys(&mut change, acting, &person, revoke_keys)
            .await?;
        self.keep(
            change,
            acting,
            "person.deactivate",
            &person,
            PersonAccess {
                active: false,
                keys,
                ..unchanged(&person)
            },
        )
        .await
    }

    /// Lets a person in again, with the password they had. Nothing that ended comes back.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn reactivate_person(
        &self,
        acting: &ActorContext,
        email: &str,
    ) -> Result<PersonAccess, Error> {
        acting.may(Action::ReactivatePerson)?;
        // Once more: a sandbox token may have been under way while the person was deactivated.
        let cut_off = self.tokens.cut_off_of_all(acting.organization).await?;
        let mut change = self.store.change().await?;
        let person = find(&mut change, acting, email).await?;
        if person.active {
            return Ok(unchanged(&person));
        }
        change
            .reactivate_person(acting.organization, person.id, cut_off)
            .await?;
        self.keep(
            change,
            acting,
            "person.reactivate",
            &person,
            PersonAccess {
                active: true,
                ..unchanged(&person)
            },
        )
        .await
    }

    /// Gives a person another console role; it counts from their next request on. Keys of somebody who becomes an Explorer are
    /// named, and revoked where that is asked for.
    ///
    /// # Errors
    /// `NOT_FOUND`; `CONFLICT` for the last active admin.
    pub async fn change_role(
        &self,
        acting: &ActorContext,
        email: &str,
        role: ConsoleRole,
        revoke_keys: bool,
    ) -> Result<PersonAccess, Error> {
        acting.may(Action::ChangeRole)?;
        let mut change = self.store.change().await?;
        let person = find(&mut change, acting, email).await?;
        if role != ConsoleRole::Admin {
            keep_an_admin(&mut change, acting, &person).await?;
        }
        change
            .set_role(acting.organization, person.id, role)
            .await?;
        let leaves_keys = role == ConsoleRole::Explorer || revoke_keys;
        let keys = if leaves_keys {
            self.left_keys(&mut change, acting, &person, revoke_keys)
                .await?
        } else {
            Vec::new()
        };
        self.keep(
            change,
            acting,
            "person.role",
            &person,
            PersonAccess {
                role,
                keys,
                ..unchanged(&person)
            },
        )
        .await
    }

    /// Sets the password of somebody else. Their sign-ins, sign-in links and known devices end.
    ///
    /// # Errors
    /// `NOT_FOUND`, `REQUEST_INVALID`.
    pub async fn set_password(
        &self,
        acting: &ActorContext,
        email: &str,
        password: Zeroizing<String>,
    ) -> Result<PersonAccess, Error> {
        acting.may(Action::SetPassword)?;
        let mut faults = Violations::default();
        text::new_password(&mut faults, "password", &password);
        faults.into_result()?;
        let hash = self.passwords.hash(password).await?;
        let mut change = self.store.change().await?;
        let person = find(&mut change, acting, email).await?;
        change
            .set_password(acting.organization, person.id, &hash)
            .await?;
        change.end_sign_ins(acting.organization, person.id).await?;
        self.keep(
            change,
            acting,
            "person.password",
            &person,
            unchanged(&person),
        )
        .await
    }

    /// The keys a person leaves behind; each that is revoked gets an audit entry of its own.
    async fn left_keys(
        &self,
        change: &mut Change,
        acting: &ActorContext,
        person: &PersonRow,
        revoke: bool,
    ) -> Result<Vec<LeftKey>, Error> {
        if revoke {
            acting.may(Action::RevokeAnyKey)?;
        }
        let mut left = Vec::new();
        for key in change
            .usable_keys_of(acting.organization, person.id, self.system.now())
            .await?
        {
            let prefix = api_key::visible_prefix(&key.secret_id);
            if revoke {
                change
                    .revoke_key(acting.organization, key.id, self.system.now())
                    .await?;
                let mut entry = audit_entry(&self.system, acting, "api_key.revoke", &key.name);
                entry.before = Some(json!({ "id": key.id, "prefix": prefix }).to_string());
                change.note(&entry).await?;
            }
            left.push(LeftKey {
                name: key.name,
                prefix,
                revoked: revoke,
            });
        }
        Ok(left)
    }

    async fn keep(
        &self,
        change: Change,
        acting: &ActorContext,
        action: &'static str,
        before: &PersonRow,
        after: PersonAccess,
    ) -> Result<PersonAccess, Error> {
        let keys: Vec<_> = after
            .keys
            .iter()
            .map(|key| json!({ "prefix": key.prefix, "revoked": key.revoked }))
            .collect();
        let mut entry = audit_entry(&self.system, acting, action, &before.email);
        entry.before = Some(json!({ "role": before.role, "active": before.active }).to_string());
        entry.after =
            Some(json!({ "role": after.role, "active": after.active, "keys": keys }).to_string());
        change.commit(&entry).await?;
        self.config.refresh_after_commit().await;
        Ok(after)
    }
}

fn unchanged(person: &PersonRow) -> PersonAccess {
    PersonAccess {
        email: person.email.clone(),
        name: person.name.clone(),
        role: person.role,
        active: person.active,
        keys: Vec::new(),
    }
}

/// The person with this email, as they are within the change. Nobody, and somebody of another organization, get the same answer.
async fn find(change: &mut Change, acting: &ActorContext, email: &str) -> Result<PersonRow, Error> {
    let email = email.trim().to_lowercase();
    // A text that no database stores is nobody's email.
    let found = if email.contains('\0') {
        None
    } else {
        change.person_by_email(acting.organization, &email).await?
    };
    found.ok_or_else(|| {
        Error::because(
            Code::NotFound,
            format!("Nobody in this organization signs in as {email:?}."),
        )
    })
}

/// Refuses to take away the last active admin. Changes run one at a time, so of two at once the second sees the first.
async fn keep_an_admin(
    change: &mut Change,
    acting: &ActorContext,
    person: &PersonRow,
) -> Result<(), Error> {
    let is_admin = person.active && person.role == ConsoleRole::Admin;
    if is_admin
        && change
            .other_active_admins(acting.organization, person.id)
            .await?
            == 0
    {
        return Err(Error::because(
            Code::Conflict,
            format!(
                "{} is the last active admin of this organization. Make somebody else an admin first.",
                person.email
            ),
        ));
    }
    Ok(())
}
