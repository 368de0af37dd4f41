//! First steps: a checklist for people who set up the organization. They can put it away and bring it back.

use super::fields::intent;
use super::reader::Reader;
use super::section::{Section, SectionUpdate};
use crate::components::Outcome;
use crate::wire::Fields;
use leptos::prelude::*;
use perch_domain::Action;
use perch_service::Refusal;

pub struct FirstSteps;

/// The checklist. Others find everything prepared, and never see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FirstStepsState {
    #[default]
    Absent,
    PutAway,
    Shown(Vec<FirstStep>),
}

/// A step: what to do, where, and whether it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstStep {
    pub title: &'static str,
    pub why: &'static str,
    pub href: &'static str,
    pub done: bool,
}

impl Section for FirstSteps {
    const ID: &'static str = "first-steps";
    type State = FirstStepsState;

    async fn read(reader: &mut Reader, _: &Fields) -> Result<FirstStepsState, Refusal> {
        if !reader.acting.can(Action::EditOrigins) {
            return Ok(FirstStepsState::Absent);
        }
        let steps = reader.perch.settings.first_steps(&reader.acting).await?;
        if steps.hidden {
            return Ok(FirstStepsState::PutAway);
        }
        let step = |title, why, href, done| FirstStep {
            title,
            why,
            href,
            done,
        };
        Ok(FirstStepsState::Shown(vec![
            step(
                "Create an API key",
                "Your backend makes tokens with it.",
                "/account/keys/new",
                steps.has_key,
            ),
            step(
                "List the site that will embed",
                "Components render there and nowhere else.",
                "#origins",
                steps.has_origin,
            ),
            step(
                "Declare what you know about viewers",
                "For example region, so that rules can use it.",
                "#attributes",
                steps.has_attribute,
            ),
            step(
                "Make a sandbox token",
                "To try an embed out without writing code.",
                "#sandbox",
                steps.made_sandbox_token,
            ),
            step(
                "See an embed connect",
                "Ticked once a component on a listed site used a token.",
                "#snippets",
                steps.saw_embed,
            ),
        ]))
    }

    async fn typed(reader: &mut Reader, fields: &Fields) -> Result<FirstStepsState, Refusal> {
        Self::read(reader, fields).await
    }

    async fn submit(
        reader: &mut Reader,
        fields: &Fields,
    ) -> Result<SectionUpdate<FirstStepsState>, Refusal> {
        let hidden = intent(fields).0 == "hide";
        let settings = &reader.perch.settings;
        settings.hide_first_steps(&reader.acting, hidden).await?;
        reader.forget();
        Ok(SectionUpdate::Finished {
            address: "/settings/embed".to_owned(),
            done: None,
            focus: "",
        })
    }

    fn outcome(_: &mut FirstStepsState) -> Option<&mut Outcome> {
        None
    }

    fn view(state: &FirstStepsState) -> AnyView {
        match state {
            FirstStepsState::Absent => ().into_any(),
            FirstStepsState::PutAway => view! { <form method="post" action="/settings/embed" class="actions"><input type="hidden" name="form" value="first-steps" /><button type="submit" class="button small" name="intent" value="show">"Show the first steps"</button></form> }.into_any(),
            FirstStepsState::Shown(steps) => checklist(steps.clone()),
        }
    }
}

fn checklist(steps: Vec<FirstStep>) -> AnyView {
    let done = steps.iter().filter(|step| step.done).count();
    let title = if done == steps.len() {
        "All first steps are done".to_owned()
    } else {
        format!("First steps, {done} of {} done", steps.len())
    };
    let step = |step: FirstStep| {
        let (class, word) = if step.done {
            ("passed", "Done")
        } else {
            ("not-reached", "To do")
        };
        let title = if step.done {
            view! { {step.title} }.into_any()
        } else {
            view! { <a href=step.href>{step.title}</a> }.into_any()
        };
        view! { <li class=class><span class="word">{word}</span><div><p class="question">{title}</p><p class="evidence">{step.why}</p></div></li> }
    };
    view! {
        <section class="card" id="first-steps" aria-labelledby="first-steps-title">
            <div class="card-head">
                <h3 id="first-steps-title">{title}</h3>
                <form method="post" action="/settings/embed" class="actions"><input type="hidden" name="form" value="first-steps" /><button type="submit" class="button small" name="intent" value="hide">"Put away"</button></form>
            </div>
            <ol class="ladder">{steps.into_iter().map(step).collect_view()}</ol>
        </section>
    }
    .into_any()
}
