"""What the mask step does by its settings, and where: policies, reports, resources, metrics, baggage."""
