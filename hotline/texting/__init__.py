"""SMS and WhatsApp."""
