//! Each channel of the olive by hand.
