"""What a user would write instead; a module may load what its rival needs."""
