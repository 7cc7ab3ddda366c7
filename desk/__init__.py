"""Pages that compose several rooms; holds no model and no rule."""
