//! Where a notice is posted: at its first place, or at the second where that refuses for good.

use super::To;
use crate::{access::UserId, operation::ChannelId};

/// Which of a letter's two places it is tried at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The one it was meant for.
    First,
    /// The other one, because the first refused for good.
    Second,
}

/// One place to post at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A person's DM.
    Dm(UserId),
    /// A channel.
    Channel(ChannelId),
}

impl To {
    /// Where it is posted; `None` when there is no second place.
    pub fn door(self, place: Place) -> Option<Door> {
        match (self, place) {
            (Self::Person { person, .. }, Place::First) => Some(Door::Dm(person)),
            (Self::Person { or_in, .. }, Place::Second) => or_in.map(Door::Channel),
            (Self::Channel { channel, .. }, Place::First) => Some(Door::Channel(channel)),
            (Self::Channel { or_to, .. }, Place::Second) => or_to.map(Door::Dm),
            (Self::Call { channel, .. }, Place::First) => Some(Door::Channel(channel)),
            (Self::Call { or_to, .. }, Place::Second) => Some(Door::Dm(or_to)),
        }
    }

    /// Where it goes besides its second place.
    pub fn besides(self) -> Option<Self> {
        match self {
            Self::Call { and_in, .. } => Some(Self::Channel { channel: and_in, or_to: None }),
            Self::Person { .. } | Self::Channel { .. } => None,
        }
    }
}

impl Place {
    /// Its word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
        }
    }

    /// The place with that word; the first for any other.
    pub fn of(word: &str) -> Self {
        if word == Self::Second.as_str() { Self::Second } else { Self::First }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dm_falls_back_to_a_mention_and_a_channel_to_a_dm() {
        let person = To::Person { person: UserId(1), or_in: Some(ChannelId(2)) };
        assert_eq!(person.door(Place::First), Some(Door::Dm(UserId(1))));
        assert_eq!(person.door(Place::Second), Some(Door::Channel(ChannelId(2))));
        let channel = To::Channel { channel: ChannelId(2), or_to: None };
        assert_eq!(channel.door(Place::First), Some(Door::Channel(ChannelId(2))));
        assert_eq!(channel.door(Place::Second), None);
        let call = To::Call { channel: ChannelId(2), or_to: UserId(1), and_in: ChannelId(3) };
        assert_eq!(call.door(Place::First), Some(Door::Channel(ChannelId(2))));
        assert_eq!(call.door(Place::Second), Some(Door::Dm(UserId(1))));
        assert_eq!(call.besides(), Some(To::Channel { channel: ChannelId(3), or_to: None }));
    }
}
