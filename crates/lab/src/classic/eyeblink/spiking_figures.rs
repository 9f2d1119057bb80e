use super::config::EyeblinkConfig;
use super::study::EyeblinkRecord;
use crate::Error;
use crate::report::Figure;
pub fn figures(_: &EyeblinkConfig, _: &EyeblinkRecord) -> Result<Vec<Figure>, Error> {
    Ok(Vec::new())
}
