"""A run of the job from its first listing to its closing report."""
