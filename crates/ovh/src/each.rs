//! Many things of which one may be bad.

use futures_util::{StreamExt, stream};

use super::{client::Client, error::Error};

/// How many are read at once: a person waits a fraction as long, and most of a small burst is left to others.
const AT_ONCE: usize = 4;

/// Many things, and those of them that cannot be read.
#[derive(Clone, Debug)]
pub struct Each<T> {
    /// What could be read.
    pub read: Vec<T>,
    /// Why the others could not.
    pub bad: Vec<Error>,
}

impl Client {
    /// Reads each of `ids`, a few at a time, in their order. What vanished meanwhile is left out; what cannot be read is left out
    /// and noted, so that it hides none of the others.
    ///
    /// # Errors
    /// When the account cannot be asked; and when none could be read because of the credentials or the weather.
    pub async fn each<I, T, Reading>(&self, ids: Vec<I>, read: impl Fn(Self, I) -> Reading) -> Result<Each<T>, Error>
    where
        Reading: Future<Output = Result<Option<T>, Error>>,
    {
        let one = self.briefly();
        let mut reads = stream::iter(ids).map(|id| read(one.clone(), id)).buffered(AT_ONCE);
        let (mut found, mut bad, mut any) = (Vec::new(), Vec::new(), false);
        while let Some(read) = reads.next().await {
            match read {
                Ok(read) => {
                    any = true;
                    found.extend(read);
                }
                Err(error) if error.is_not_found() => any = true,
                Err(error) if error.is_of_one_thing() => bad.push(error),
                Err(error) => return Err(error),
            }
        }
        if !any && let Some(at) = bad.iter().position(|error| error.is_credential() || error.is_transient()) {
            return Err(bad.swap_remove(at));
        }
        bad.iter().for_each(|error| self.note(error));
        Ok(Each { read: found, bad })
    }
}
