use std::{iter::Peekable, str::Chars};

/// What can be wrong with an expression. No panic, no special value: the type says it.
#[derive(Debug)]
enum Fault {
    Unexpected(char),
    EndedEarly,
    DividedByZero,
}

/// sum = product { ('+' | '-') product },  product = atom { ('*' | '/') atom },  atom = number | '(' sum ')'
struct Parser<'a>(Peekable<Chars<'a>>);

impl Parser<'_> {
    fn sum(&mut self) -> Result<f64, Fault> {
        let mut value = self.product()?;
        while let Some(sign) = self.0.next_if(|c| matches!(c, '+' | '-')) {
            let right = self.product()?;
            value += if sign == '+' { right } else { -right };
        }
        Ok(value)
    }

    fn product(&mut self) -> Result<f64, Fault> {
        let mut value = self.atom()?;
        while let Some(sign) = self.0.next_if(|c| matches!(c, '*' | '/')) {
            match (sign, self.atom()?) {
                ('/', 0.0) => return Err(Fault::DividedByZero),
                ('/', right) => value /= right,
                (_, right) => value *= right,
            }
        }
        Ok(value)
    }

    fn atom(&mut self) -> Result<f64, Fault> {
        if self.0.next_if_eq(&'(').is_some() {
            let value = self.sum()?;
            return self.0.next_if_eq(&')').map(|_| value).ok_or(Fault::EndedEarly);
        }
        let digits: String = std::iter::from_fn(|| self.0.next_if(|c| c.is_ascii_digit() || *c == '.')).collect();
        digits.parse().map_err(|_| self.0.peek().map_or(Fault::EndedEarly, |&c| Fault::Unexpected(c)))
    }
}

fn evaluate(text: &str) -> Result<f64, Fault> {
    let compact: String = text.split_whitespace().collect();
    let mut parser = Parser(compact.chars().peekable());
    let value = parser.sum()?;
    parser.0.next().map_or(Ok(value), |rest| Err(Fault::Unexpected(rest)))
}

fn main() {
    for text in ["1 + 2 * 3", "(1 + 2) * 3", "7 / (3 - 1) / 2", "2 * (3 + ", "6 / (2 - 2)", "4 + four"] {
        match evaluate(text) {
            Ok(value) => println!("{text:>16} = {value}"),
            Err(fault) => println!("{text:>16}   {fault:?}"),
        }
    }
}
