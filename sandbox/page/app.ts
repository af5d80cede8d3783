document.body.append("The playground");
