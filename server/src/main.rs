//! The `perch` binary.

/// Small short-lived pieces are what a request is made of; this allocator is quicker at them and gives memory back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    perch::data_dir::keep_private();
    perch::cli::main()
}
