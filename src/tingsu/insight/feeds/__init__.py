"""What customers say elsewhere: app stores, forums, social media, feedback cards. Never counted as complaints."""
