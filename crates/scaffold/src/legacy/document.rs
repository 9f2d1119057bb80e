//! The configuration inside a file of scaffold 3 or BSB 3: what of it says something about its anatomy.

use serde_json::Value;

/// A configuration of scaffold 3 or BSB 3.
#[derive(Debug)]
pub(crate) struct Document(pub Value);

/// Names of the layers of the cortex, from below.
const CORTEX: [&str; 3] = ["granular_layer", "purkinje_layer", "molecular_layer"];

impl Document {
    /// Parses the text inside a file, or says why it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|e| format!("is not JSON ({e})"))?;
        let is_one =
            ["cell_types", "connection_types", "network_architecture"].iter().all(|k| value[k].is_object());
        let what = "is no configuration of BSB 3: it lacks `cell_types`, `connection_types` or `network_architecture`";
        is_one.then_some(Self(value)).ok_or_else(|| what.into())
    }

    /// True if it has the cell type.
    pub fn has_type(&self, name: &str) -> bool {
        !self.0["cell_types"][name].is_null()
    }

    /// Cell types on one side (`from_cell_types` or `to_cell_types`) of a connection type; none if it does not say.
    pub fn ends(&self, connection_type: &str, side: &str) -> Vec<String> {
        let list = self.0["connection_types"][connection_type][side].as_array();
        let name = |end: &Value| end["type"].as_str().map(String::from);
        list.into_iter().flatten().filter_map(name).collect()
    }

    /// Base along x and z, µm.
    pub fn base(&self) -> Option<[f64; 2]> {
        let base = &self.0["network_architecture"];
        let side = |key: &str| base[key].as_f64().filter(|v| v.is_finite() && *v >= 0.0);
        Some([side("simulation_volume_x")?, side("simulation_volume_z")?])
    }

    /// Thickness of the granular, Purkinje and molecular layer together, µm.
    pub fn cortex(&self) -> Option<f64> {
        CORTEX.iter().map(|layer| self.thickness(layer)).sum()
    }

    /// Thickness of the granular layer, µm.
    pub fn granular(&self) -> Option<f64> {
        self.thickness(CORTEX[0])
    }

    fn thickness(&self, layer: &str) -> Option<f64> {
        self.0["layers"][layer]["thickness"].as_f64().filter(|v| v.is_finite() && *v >= 0.0)
    }

    /// Corner of the stack of the cortex along x and z, and the bottom of the granular layer, µm: where its stack begins
    /// and the layers below it end.
    pub fn corner(&self) -> Option<[f64; 3]> {
        let place = |layer: &Value| {
            let stack = &layer["stack"];
            // Stacks are numbers or texts.
            Some((stack["stack_id"].to_string(), stack["position_in_stack"].as_i64()?))
        };
        let layers = self.0["layers"].as_object()?;
        let (stack, at) = place(layers.get(CORTEX[0])?)?;
        let mut origin = None;
        let mut below = 0.0;
        for (name, layer) in layers {
            let Some((_, position)) = place(layer).filter(|(id, _)| *id == stack) else { continue };
            let list = layer["stack"]["position"].as_array();
            let coordinates: Option<Vec<f64>> = list.and_then(|l| l.iter().map(Value::as_f64).collect());
            origin = origin.or(coordinates.and_then(|c| <[f64; 3]>::try_from(c).ok()));
            if position < at {
                below += self.thickness(name)?;
            }
        }
        let [x, y, z] = origin?;
        let corner = [x, y + below, z];
        corner.iter().all(|v| v.is_finite()).then_some(corner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_granular_layer_begins_where_those_below_it_end() {
        let document = |granular: Value| {
            let layers = json!({
                "dcn_layer": {"thickness": 600, "stack": {"stack_id": 0, "position_in_stack": 0, "position": [5.0, 7.0, 9.0]}},
                "granular_layer": granular,
                "io_layer": {"volume_scale": 0.1, "stack": {"stack_id": 1, "position_in_stack": 0, "position": [260.0, -400.0, 0.0]}},
            });
            Document(json!({"layers": layers}))
        };
        let granular = json!({"thickness": 150.0, "stack": {"stack_id": 0, "position_in_stack": 1}});
        assert_eq!(document(granular).corner(), Some([5.0, 607.0, 9.0]));
        assert_eq!(document(json!({"thickness": 150.0})).corner(), None);
        assert_eq!(Document(json!({})).corner(), None);
        assert_eq!(Document(json!({"layers": 3})).cortex(), None);
    }

    #[test]
    fn what_is_no_configuration_is_said() {
        assert!(Document::parse("{").unwrap_err().contains("is not JSON"));
        assert!(Document::parse("[]").unwrap_err().contains("`connection_types`"));
        let whole = r#"{"cell_types": {}, "connection_types": {"a": {"to_cell_types": [{"type": "b"}, 3]}}, "network_architecture": {}}"#;
        assert_eq!(Document::parse(whole).unwrap().ends("a", "to_cell_types"), ["b"]);
        assert!(Document::parse(whole).unwrap().base().is_none());
    }
}
