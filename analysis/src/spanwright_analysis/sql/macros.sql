-- The text of an OTLP AnyValue that holds no list, and a list of OTLP attributes as a map from name to text.
CREATE MACRO scalar_text(v) AS coalesce(v.stringValue, v.intValue, v.doubleValue, v.boolValue, v.bytesValue);
CREATE MACRO value_text(v) AS coalesce(
    scalar_text(v),
    to_json(list_transform(v.arrayValue.values, lambda item: scalar_text(item)))::VARCHAR,
    v.kvlistValue::VARCHAR
);
CREATE MACRO as_map(attributes) AS map_from_entries(
    list_transform(attributes, lambda a: struct_pack(k := a.key, v := value_text(a.value)))
);
