"""The page Mask: padding and mask mode."""
