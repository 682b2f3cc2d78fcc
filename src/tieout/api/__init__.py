"""The REST API at `/api/v1/`: what every room's routes share. A route declares its permission, or it cannot be defined."""
