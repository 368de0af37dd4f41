//! The `perch` binary.

fn main() -> std::process::ExitCode {
    perch::cli::main()
}
