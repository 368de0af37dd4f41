//! Where commands take a password from: a terminal asks for it and shows nothing of it; otherwise it is one line of standard input.

use std::io::{BufRead, IsTerminal};
use zeroize::Zeroizing;

type Asked = Result<Zeroizing<String>, Box<dyn std::error::Error>>;

/// A password that is to be set. At a terminal it is asked for twice.
pub(super) fn new_password() -> Asked {
    if !std::io::stdin().is_terminal() {
        return Ok(first_line(std::io::stdin().lock())?);
    }
    let password = ask("New password: ")?;
    if *ask("The same password again: ")? != *password {
        return Err("the two passwords are not the same; nothing was changed".into());
    }
    Ok(password)
}

fn first_line(mut input: impl BufRead) -> std::io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    input.read_line(&mut line)?;
    Ok(Zeroizing::new(
        line.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

/// Asks on standard error, so that standard output stays the answer.
fn ask(prompt: &str) -> std::io::Result<Zeroizing<String>> {
    let terminal = rpassword::ConfigBuilder::new()
        .input_file_path("/dev/stdin")
        .output_writer(std::io::stderr())
        .build();
    rpassword::prompt_password_with_config(prompt, terminal).map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_the_password_whatever_ends_it_and_whatever_follows() {
        for input in ["a b  \n", "a b  \r\n", "a b  ", "a b  \nsecond line\n"] {
            assert_eq!(
                first_line(input.as_bytes()).unwrap().as_str(),
                "a b  ",
                "{input:?}"
            );
        }
        assert_eq!(first_line("".as_bytes()).unwrap().as_str(), "");
    }
}
