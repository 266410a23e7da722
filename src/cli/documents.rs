//! What is made from the command line itself: completions and the manual page.

use clap_complete::Shell;

use crate::cli::exit::{Exit, Outcome};
use crate::cli::{command, output};

pub(crate) fn completions(shell: Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "trailhound", &mut script);
    output::to_stdout(|out| out.write_all(&script))?;
    Ok(Exit::Done)
}

pub(crate) fn man() -> Outcome {
    let mut page = Vec::new();
    clap_mangen::Man::new(command()).render(&mut page)?;
    output::to_stdout(|out| out.write_all(&page))?;
    Ok(Exit::Done)
}
