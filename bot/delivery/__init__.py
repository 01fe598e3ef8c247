"""What happens to a message: how it comes in once, goes out in order, and what is known of it afterwards."""
