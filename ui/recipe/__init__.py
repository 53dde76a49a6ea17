"""Fields of a recipe on screen: their values as text, and the inputs for them."""
