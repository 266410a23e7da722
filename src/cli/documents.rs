//! What is made from the command line itself: completions and the manual page.

use clap_complete::Shell;

use crate::cli::exit::{Exit, Outcome};
use crate::cli::{command, output};

/// Every command with its help, in Markdown: `docs/commands.md`.
#[cfg(test)]
fn markdown() -> String {
    fn section(command: &mut clap::Command, path: &str, out: &mut String) {
        let help = command.clone().term_width(100).bin_name(path).render_long_help();
        out.push_str(&format!("\n## {path}\n\n```text\n{}\n```\n", help.to_string().trim_end()));
        let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        for name in names.iter().filter(|name| *name != "help") {
            if let Some(sub) = command.find_subcommand_mut(name) {
                section(sub, &format!("{path} {name}"), out);
            }
        }
    }
    let mut out = String::from("# Commands\n\nMade from the program by `TRAILHOUND_BLESS=1 cargo test`.\n");
    section(&mut command(), "trailhound", &mut out);
    out
}

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

#[cfg(test)]
mod tests {
    #[test]
    fn the_document_of_the_commands_says_what_the_program_says() {
        crate::golden::check("docs/commands.md", &super::markdown());
    }
}
