//! Journeys that nobody can make.
//!
//! Where an address lies is not known here: whoever has a database of places hands it in as [`Places`].

use std::net::IpAddr;

use crate::event::time::Time;

/// Where an address lies.
#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    /// Its name, for people: `Lagos, NG`.
    pub name: String,
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

/// Who knows where addresses lie.
pub trait Places {
    /// The place of an address; `None` when it is not known.
    fn place(&self, ip: IpAddr) -> Option<Place>;
}

/// A journey.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Journey {
    /// How far it is.
    pub(super) kilometers: f64,
}

/// The fastest journey that is possible, in kilometers an hour: an airliner with the wind behind it.
const FASTEST: f64 = 1000.0;
/// Shorter distances than this say more about the database than about the journey, in kilometers.
const NEAR: f64 = 500.0;
/// The radius of the earth in kilometers.
const EARTH: f64 = 6371.0;

/// The journey between two events, when nobody can have made it.
pub(super) fn impossible(from: (&Place, Time), to: (&Place, Time)) -> Option<Journey> {
    let hours = to.1.millis()?.saturating_sub(from.1.millis()?) as f64 / 3_600_000.0;
    let kilometers = apart(from.0, to.0);
    (kilometers > NEAR && kilometers > FASTEST * hours.max(0.0)).then_some(Journey { kilometers })
}

/// How far two places are apart, along the surface of the earth.
fn apart(a: &Place, b: &Place) -> f64 {
    let (north_a, north_b) = (a.latitude.to_radians(), b.latitude.to_radians());
    let half = |x: f64| (x / 2.0).sin().powi(2);
    let east = (b.longitude - a.longitude).to_radians();
    let chord = half(north_b - north_a) + north_a.cos() * north_b.cos() * half(east);
    2.0 * EARTH * chord.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(latitude: f64, longitude: f64) -> Place {
        Place { name: String::new(), latitude, longitude }
    }

    #[test]
    fn distances_agree_with_an_atlas() {
        for (a, b, kilometers) in [
            ((52.52, 13.405), (52.52, 13.405), 0.0),
            // Berlin to Lagos, to Sydney; across the date line; from pole to pole.
            ((52.52, 13.405), (6.455, 3.394), 5_203.1),
            ((52.52, 13.405), (-33.87, 151.21), 16_094.6),
            ((0.0, 179.5), (0.0, -179.5), 111.2),
            ((90.0, 0.0), (-90.0, 0.0), 20_015.1),
        ] {
            let apart = apart(&place(a.0, a.1), &place(b.0, b.1));
            assert!((apart - kilometers).abs() < 1.0, "{a:?} {b:?} {apart}");
        }
    }

    #[test]
    fn only_what_no_airliner_does_is_impossible() {
        let (berlin, lagos, potsdam) = (place(52.52, 13.405), place(6.455, 3.394), place(52.39, 13.06));
        let at = |hour: i64| Time::from_civil(2026, 1, 10, hour, 0, 0);
        assert!(impossible((&berlin, at(8)), (&lagos, at(9))).is_some());
        assert!(impossible((&berlin, at(8)), (&lagos, at(14))).is_none(), "six hours are enough");
        assert!(impossible((&berlin, at(8)), (&potsdam, at(8))).is_none(), "databases are not that exact");
        assert!(impossible((&berlin, Time::UNKNOWN), (&lagos, at(8))).is_none());
    }
}
