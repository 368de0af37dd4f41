//! `cargo xtask`: every command for developers. A command installs what it needs, or prints the one line that does.

#![expect(
    clippy::disallowed_methods,
    reason = "a tool for developers reads its environment"
)]

mod api_tester;
mod bench;
mod browser_files;
mod check;
mod circles;
mod crash;
mod fuzz;
mod interop;
mod layers;
mod node;
mod postgres;
mod process;
mod run;
mod sizes;
mod system;
mod test;
mod wasm_target;

use std::process::ExitCode;

type Done<T = ()> = Result<T, String>;

const HELP: &str = "\
cargo xtask <command>

  run      build both halves, start, print the one-time setup link
  dev      the same, building again when a file changes
  test     everything CI runs: format, lints, layers, circles, sizes, components, unit, both databases, the API from its document, browser
  check    the quick part of it: format, lints, layers, circles, sizes
  circles  the part of check that follows imports: no circles, folders in order, impl blocks beside their types
  build    the release binary target/release/perch, browser files inside
  screenshots  a picture of every page and state, into end2end/screenshots
  freeze   keep the component script of this version, for a release
  bench    start times, memory, throughput of the release binary
  bench growth  requests, commands, start and memory as an installation grows
  bench against <binary>  processor time of a request, beside that of another build
  fuzz     coverage-guided fuzzing (--executions N, names of targets), then the mutation suite in its long form
  fuzz keep  the inputs that led somewhere new, into the corpus
  crash    50 kills a database under load: no answered token is missing; floods: memory is bounded
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let done = match command.as_str() {
        "run" => run::run(),
        "dev" => run::dev(),
        "test" => test::test(&rest),
        "check" => check::check(),
        "circles" => circles::check(),
        "build" => browser_files::release(),
        "screenshots" => test::screenshots(),
        "freeze" => {
            browser_files::build(browser_files::BuildFor::Release).and_then(|()| sizes::freeze())
        }
        "bench" => bench::bench(&rest),
        "fuzz" => fuzz::fuzz(&rest),
        "crash" => crash::crash(),
        _ => {
            print!("{HELP}");
            return if matches!(command.as_str(), "" | "help" | "--help") {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error}");
            ExitCode::FAILURE
        }
    }
}
