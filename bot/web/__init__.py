"""What is reached by HTTP: webhooks, the simulator's page, files, health and numbers."""
