"""From records to what people read: JSON, tables, pages. Functions without opinions about how anything was measured."""
