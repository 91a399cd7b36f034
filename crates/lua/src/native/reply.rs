//! What a body gives back. Nothing here owns anything, see the contract in `native`.

/// One result.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'c> {
    Nil,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    /// A Lua string.
    Bytes(&'c [u8]),
    /// What [`Call::build`](super::Call::build) has put on the Lua stack.
    Built(Built),
}

/// The place of a value on the Lua stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Built(pub(super) i32);

/// The most results that a function of ours has.
const MOST_VALUES: usize = 4;

/// The results of a call, in order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply<'c> {
    values: [Value<'c>; MOST_VALUES],
    count: usize,
    /// How many values on top of the Lua stack are the results instead.
    stacked: Option<i32>,
}

impl<'c> Reply<'c> {
    #[inline]
    pub(super) fn values(&self) -> &[Value<'c>] {
        &self.values[..self.count]
    }

    #[inline]
    pub(super) fn stacked_count(&self) -> Option<i32> {
        self.stacked
    }

    /// So many values, which lie on top of the Lua stack.
    pub(super) fn stacked(count: i32) -> Reply<'c> {
        Reply { stacked: Some(count), ..Reply::NOTHING }
    }
}

impl<'c> Reply<'c> {
    /// No results.
    pub(crate) const NOTHING: Reply<'c> =
        Reply { values: [const { Value::Nil }; MOST_VALUES], count: 0, stacked: None };
}

impl<'c, T: Into<Value<'c>>> From<T> for Reply<'c> {
    #[inline]
    fn from(value: T) -> Self {
        Reply {
            values: [value.into(), Value::Nil, Value::Nil, Value::Nil],
            count: 1,
            stacked: None,
        }
    }
}

/// Replies of several results, from tuples.
macro_rules! replies {
    ($($count:literal: $($value:ident: $type:ident),* ; $($nil:ident)*)*) => {$(
        impl<'c, $($type: Into<Value<'c>>),*> From<($($type),*)> for Reply<'c> {
            #[inline]
            fn from(($($value),*): ($($type),*)) -> Self {
                Reply { values: [$($value.into(),)* $(Value::$nil),*], count: $count, stacked: None }
            }
        }
    )*};
}

replies! {
    2: first: A, second: B; Nil Nil
    3: first: A, second: B, third: C; Nil
    4: first: A, second: B, third: C, fourth: D;
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Boolean(value)
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Value::Number(value)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Value::Integer(value.into())
    }
}

impl From<usize> for Value<'_> {
    /// Lengths and counts; none reaches beyond what a Lua integer holds.
    fn from(value: usize) -> Self {
        Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl<'c> From<&'c [u8]> for Value<'c> {
    fn from(value: &'c [u8]) -> Self {
        Value::Bytes(value)
    }
}

impl<'c> From<&'c str> for Value<'c> {
    fn from(value: &'c str) -> Self {
        Value::Bytes(value.as_bytes())
    }
}

impl From<Built> for Value<'_> {
    fn from(value: Built) -> Self {
        Value::Built(value)
    }
}

/// What is wrong with an argument.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Problem {
    /// It is missing or of another type.
    Type { expected: &'static str, got: &'static str },
    /// Anything else, in words.
    Other(&'static str),
}

/// Why there is no reply: an error that is to be raised, mostly.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Raise {
    /// `bad argument #index to 'name' (problem)`.
    Argument { index: usize, problem: Problem },
    /// This text, with the caller's place in front.
    Text(&'static str),
    /// The error value that lies on top of the Lua stack.
    Pending,
    /// No error: there is no reply yet, see [`Call::suspend`](super::Call::suspend).
    Suspended,
}

impl Raise {
    /// An argument of the right type with a wrong value.
    pub(crate) const fn argument(index: usize, problem: &'static str) -> Raise {
        Raise::Argument { index, problem: Problem::Other(problem) }
    }
}

/// What a body returns.
pub(crate) type Outcome<'c> = Result<Reply<'c>, Raise>;
