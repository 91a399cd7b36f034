//! What `--help` and a misused command line show.

use std::io::{self, Write};

use crate::failure::Failure;

/// The options, in the order in which a reader looks for them.
pub(crate) const TEXT: &str = concat!(
    "usage: moonwire [options] [script [args]]\n",
    "options:\n",
    "  -e stat    run the string 'stat'\n",
    "  -l mod     require module 'mod' and keep it in the global 'mod'\n",
    "  -l g=mod   require module 'mod' and keep it in the global 'g'\n",
    "  -i         read statements from standard input after the script\n",
    "  -v         show the versions of Moonwire and Lua\n",
    "  -E         ignore Lua's environment variables\n",
    "  -W         show warnings (Lua 5.4 and later)\n",
    "  --         the options end here\n",
    "  -          the options end here; the script is standard input\n",
    "  -h, --help     show this text\n",
    "  --version      show the versions and do nothing else",
);

/// Writes the text to standard output.
pub(crate) fn print() -> Result<(), Failure> {
    let mut output = io::stdout();
    writeln!(output, "{TEXT}")?;
    Ok(output.flush()?)
}
