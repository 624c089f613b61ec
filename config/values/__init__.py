"""Values of settings that have rules of their own: each is read and refused in one place."""
