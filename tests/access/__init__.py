"""Who may sign in to an application: everyone, or those who were invited and let in."""
