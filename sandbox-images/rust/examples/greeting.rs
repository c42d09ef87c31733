use std::io::{self, Write};

/// Ask for a name, then greet. Standard output is line buffered, so a prompt without a newline is flushed.
fn main() -> io::Result<()> {
    print!("What is your name? ");
    io::stdout().flush()?;

    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let name = match line.trim() {
        "" => "stranger",
        name => name,
    };

    println!("Hello, {name}!");
    println!("Backwards that is {}.", name.chars().rev().collect::<String>());
    Ok(())
}
