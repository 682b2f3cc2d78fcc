"""A month of billing becomes one balanced journal entry per currency and entity; a changed month posts the difference."""
