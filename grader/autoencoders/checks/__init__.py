"""What a submission is asked, one module per part of the lab and nothing but checks in them."""
